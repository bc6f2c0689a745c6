import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DirectiveStats, DirectivesStats, type Principal } from '#libs/contracts';
import { DirectiveReader } from '#libs/state';
import { DirectiveCensus, statsOf } from '../inspect/directive-stats.js';
import { Allows } from './access.js';
import { Problems, found } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';

@ApiTags('directives')
@Controller('api/v1/directives')
export class StatsController {
  constructor(
    @Inject(DirectiveReader) private readonly reader: DirectiveReader,
    @Inject(DirectiveCensus) private readonly census: DirectiveCensus,
  ) {}

  @Allows('viewer')
  @Get('stats')
  @ApiOperation({ operationId: 'getDirectivesStats', summary: 'What became of the newest 1,000 directives' })
  @ApiOkResponse({ standardSchema: DirectivesStats })
  @Problems()
  async all(@CurrentPrincipal() { tenant }: Principal): Promise<DirectivesStats> {
    return this.census.stats(tenant);
  }

  @Allows('viewer')
  @Get(':id/stats')
  @ApiOperation({ operationId: 'getDirectiveStats', summary: 'How far it is, how long it took, what it cost' })
  @ApiOkResponse({ standardSchema: DirectiveStats })
  @Problems(404)
  async one(@Param('id') id: string, @CurrentPrincipal() { tenant }: Principal): Promise<DirectiveStats> {
    return statsOf(found(await this.reader.get(tenant, id), `directive ${id}`), Date.now());
  }
}
