import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { DirectiveList, type Principal } from '#libs/contracts';
import { DirectiveReader } from '#libs/state';
import { Allows } from './access.js';
import { Problems, found } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';
import { CursorSeal } from './cursor-seal.js';
import { ChildQuery } from './page.query.js';

@ApiTags('directives')
@Controller('api/v1/directives/:id/children')
export class ChildController {
  constructor(
    @Inject(DirectiveReader) private readonly reader: DirectiveReader,
    @Inject(CursorSeal) private readonly cursors: CursorSeal,
  ) {}

  @Allows('viewer')
  @Get()
  @ApiOperation({
    operationId: 'listChildren',
    summary: 'The directives that were submitted as its children, the oldest first',
  })
  @ApiOkResponse({ standardSchema: DirectiveList })
  @Problems(404)
  async list(
    @Param('id') id: string,
    @Query({ schema: ChildQuery }) query: ChildQuery,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof DirectiveList>> {
    const page = await this.cursors.turn(query, ['children', tenant, { id }], async (opened) =>
      this.reader.children(tenant, id, opened),
    );
    return found(page, `directive ${id}`);
  }
}
