import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CheckpointList, CheckpointView, CocError, CreateCheckpoint, type Principal } from '#libs/contracts';
import { CheckpointDesk } from '../ingress/checkpoint.desk.js';
import { Allows } from './access.js';
import { Problems } from './answers.js';
import { CursorSeal, type CursorScope } from './cursor-seal.js';
import { CurrentPrincipal } from './current-principal.js';
import { CheckpointQuery } from './page.query.js';

@ApiTags('checkpoints')
@Controller('api/v1/directives/:id/checkpoints')
export class CheckpointController {
  constructor(
    @Inject(CheckpointDesk) private readonly desk: CheckpointDesk,
    @Inject(CursorSeal) private readonly seal: CursorSeal,
  ) {}

  @Allows('operator')
  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'createCheckpoint', summary: 'Note how far it is, to go on from there by a retry' })
  @ApiCreatedResponse({ standardSchema: CheckpointView })
  @Problems(403, 404, 409, 413, 415)
  async create(
    @Param('id') id: string,
    @Body({ schema: CreateCheckpoint }) { reason }: CreateCheckpoint,
    @CurrentPrincipal() principal: Principal,
  ): Promise<CheckpointView> {
    return this.desk.create(principal, id, reason);
  }

  @Allows('viewer')
  @Get()
  @ApiOperation({ operationId: 'listCheckpoints', summary: 'Its checkpoints, the newest first: the last 100' })
  @ApiOkResponse({ standardSchema: CheckpointList })
  @Problems(404)
  async list(
    @Param('id') id: string,
    @Query({ schema: CheckpointQuery }) query: CheckpointQuery,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<CheckpointList> {
    const scope: CursorScope = ['checkpoints', tenant, { id }];
    return this.seal.turn(query, scope, async (page) => this.desk.list(tenant, id, page));
  }

  @Allows('viewer')
  @Get(':number')
  @ApiOperation({ operationId: 'getCheckpoint', summary: 'One checkpoint' })
  @ApiOkResponse({ standardSchema: CheckpointView })
  @Problems(404)
  async get(
    @Param('id') id: string,
    @Param('number') number: string,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<CheckpointView> {
    if (!/^[1-9]\d{0,14}$/.test(number))
      throw new CocError('NOT_FOUND', `a checkpoint is named by its number, and "${number.slice(0, 40)}" is none`);
    return this.desk.get(tenant, id, Number(number));
  }
}
