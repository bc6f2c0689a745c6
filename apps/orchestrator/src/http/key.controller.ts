import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CreateKey, CreatedKey, KeyList } from '#libs/contracts';
import { ApiKeyDesk } from '../identity/api-key.desk.js';
import type { Caller } from '../identity/caller.js';
import { Allows } from './access.js';
import { Problems } from './answers.js';
import { CurrentCaller } from './current-principal.js';
import { CursorSeal, type CursorScope } from './cursor-seal.js';
import { KeyQuery } from './page.query.js';

/** The keys by which programs and people call this API. */
@ApiTags('keys')
@Controller('api/v1/keys')
export class KeyController {
  constructor(
    @Inject(ApiKeyDesk) private readonly desk: ApiKeyDesk,
    @Inject(CursorSeal) private readonly seal: CursorSeal,
  ) {}

  @Allows('admin')
  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'createKey', summary: 'Make a key; the answer alone has its secret' })
  @ApiCreatedResponse({ standardSchema: CreatedKey })
  @Problems(403, 413, 415)
  async create(@Body({ schema: CreateKey }) body: CreateKey, @CurrentCaller() caller: Caller): Promise<CreatedKey> {
    return this.desk.create(caller, body);
  }

  @Allows('admin')
  @Get()
  @ApiOperation({ operationId: 'listKeys', summary: 'The keys of the tenant, the newest first, without their secrets' })
  @ApiOkResponse({ standardSchema: KeyList })
  @Problems()
  async list(
    @Query({ schema: KeyQuery }) { tenant, ...page }: KeyQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<KeyList> {
    const scope: CursorScope = ['keys', tenant ?? caller.principal.tenant];
    return this.seal.turn(page, scope, async (inner) => this.desk.list(caller, tenant, inner));
  }

  @Allows('admin')
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'revokeKey', summary: 'Take a key out of use, on every server within two seconds' })
  @ApiNoContentResponse()
  @Problems(404, 413, 415)
  async revoke(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.desk.revoke(caller, id);
  }
}
