import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  DirectiveList,
  DirectiveView,
  EventList,
  OutputView,
  PlanView,
  SubmitDirective,
  limits,
  type Principal,
  type SubmitAccepted,
} from '#libs/contracts';
import { DirectiveReader } from '#libs/state';
import { Allows } from './access.js';
import { Problems, found } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';
import { DirectiveIngress } from './directive-ingress.js';
import type { BodyRule } from './json.adapter.js';
import { CursorSeal } from './cursor-seal.js';
import { ListQuery, filterOf } from './list.query.js';
import { EventQuery, PlanQuery } from './page.query.js';
import { PlanSizeGuard } from './plan-size.guard.js';
import { Submits, takeIn } from './submit.js';
import { HeldAgainst, Versioned, versioned } from './version.js';

@ApiTags('directives')
@Controller('api/v1/directives')
export class DirectiveController {
  constructor(
    @Inject(DirectiveIngress) private readonly ingress: DirectiveIngress,
    @Inject(DirectiveReader) private readonly reader: DirectiveReader,
    @Inject(CursorSeal) private readonly cursors: CursorSeal,
  ) {}

  @Allows('operator')
  @Post()
  @HttpCode(202)
  @RouteConfig({ maxBodyBytes: limits.maxSubmitBytes } satisfies BodyRule)
  @UseGuards(PlanSizeGuard)
  @ApiOperation({
    operationId: 'submitDirective',
    summary: 'Submit a directive: tasks, a workflow by name, or an intent',
  })
  @Submits(404)
  async submit(
    @Body({ schema: SubmitDirective }) body: SubmitDirective,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('Idempotency-Key') idempotencyKey?: string,
    @Headers('traceparent') traceparent?: string,
  ): Promise<z.infer<typeof SubmitAccepted>> {
    const headers = { idempotencyKey, traceparent };
    return takeIn(headers, reply, async (origin) => this.ingress.submit({ body, principal, ...origin }));
  }

  @Allows('viewer')
  @Get()
  @ApiOperation({ operationId: 'listDirectives', summary: 'List directives, newest first' })
  @ApiOkResponse({ standardSchema: DirectiveList })
  @Problems()
  async list(
    @Query({ schema: ListQuery }) query: ListQuery,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof DirectiveList>> {
    const filter = filterOf(query);
    return this.cursors.turn(query, ['directives', tenant, { ...filter }], async (page) =>
      this.reader.list(tenant, { ...page, filter }),
    );
  }

  @Allows('viewer')
  @Get(':id')
  @ApiOperation({ operationId: 'getDirective', summary: 'One directive' })
  @ApiOkResponse({ standardSchema: DirectiveView })
  @Problems(404)
  @Versioned()
  async get(
    @Param('id') id: string,
    @CurrentPrincipal() { tenant }: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('If-None-Match') ifNoneMatch?: string,
  ): Promise<DirectiveView | undefined> {
    const view = found(await this.reader.get(tenant, id), `directive ${id}`);
    return versioned(reply, ifNoneMatch, view.lastSeq, view);
  }

  @Allows('viewer')
  @Get(':id/plan')
  @ApiOperation({ operationId: 'getPlan', summary: 'Its tasks with their states, and what each waits for' })
  @ApiOkResponse({ standardSchema: PlanView })
  @Problems(404)
  @Versioned()
  async plan(
    @Param('id') id: string,
    @Query({ schema: PlanQuery }) query: PlanQuery,
    @CurrentPrincipal() { tenant }: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('If-None-Match') ifNoneMatch?: string,
  ): Promise<PlanView | undefined> {
    // Before the page: whoever orders by it has seen at least this.
    const { lastSeq } = found(await this.reader.get(tenant, id), `directive ${id}`);
    const page = await this.cursors.turn(query, ['plan', tenant, { id }], async (opened) =>
      this.reader.plan(tenant, id, opened),
    );
    return versioned(reply, ifNoneMatch, lastSeq, found(page, `directive ${id}`));
  }

  @Allows('viewer')
  @Get(':id/events')
  @ApiOperation({ operationId: 'listEvents', summary: 'Its story, in order and without gaps' })
  @ApiOkResponse({ standardSchema: EventList })
  @Problems(404)
  async events(
    @Param('id') id: string,
    @Query({ schema: EventQuery }) query: EventQuery,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof EventList>> {
    const items = found(await this.reader.events(tenant, id, query), `directive ${id}`);
    const last = items.at(-1);
    return { items, nextCursor: last && items.length === query.limit ? String(last.seq) : null };
  }

  @Allows('viewer')
  @Get(':id/output')
  @ApiOperation({ operationId: 'getOutput', summary: 'What it gives back; null until it rests' })
  @ApiOkResponse({ standardSchema: OutputView })
  @Problems(404, 410, 413, 422)
  async output(
    @Param('id') id: string,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof OutputView>> {
    return { directiveId: id, ...found(await this.reader.output(tenant, id), `directive ${id}`) };
  }

  @Allows('operator')
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteDirective', summary: 'Remove one that is final, with all that it made' })
  @ApiNoContentResponse()
  @Problems(403, 404, 409, 413, 415)
  @HeldAgainst()
  async delete(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<void> {
    await this.ingress.delete(principal, id);
  }
}
