import { Controller, Get, Headers, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from '#libs/state';
import { Allows } from '../http/access.js';
import { found } from '../http/answers.js';
import { CurrentCaller } from '../http/current-principal.js';
import type { Caller } from '../identity/caller.js';
import { OpenStreams, type StreamStart } from './open-streams.js';
import { DirectiveStreamQuery, TenantStreamQuery, positionFrom, seqFrom } from './stream.query.js';
import { WebSocketClient } from './web-socket.client.js';
import { WebSocketDoor } from './web-socket.door.js';

/** The same streams as `StreamController`, over WebSocket. OpenAPI has no words for it: docs/streams.md describes them. */
@ApiExcludeController()
@Controller(['api/v1/ws', 'ws'])
export class WebSocketController {
  constructor(
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(OpenStreams) private readonly open: OpenStreams,
    @Inject(WebSocketDoor) private readonly door: WebSocketDoor,
  ) {}

  @Allows('viewer')
  @Get(['', 'directives'])
  async tenant(
    @Query({ schema: TenantStreamQuery }) query: TenantStreamQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('Last-Event-ID') lastEventId?: string,
  ): Promise<void> {
    this.door.check(request.raw);
    const { tenant } = caller.principal;
    const cursor = positionFrom(lastEventId, query);
    const follower = await this.streams.followTenant(tenant, { cursor, types: query.type });
    await this.hand(request, reply, { follower, tellsPosition: true, caller });
  }

  @Allows('viewer')
  @Get('directives/:id')
  async directive(
    @Param('id') id: string,
    @Query({ schema: DirectiveStreamQuery }) query: DirectiveStreamQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('Last-Event-ID') lastEventId?: string,
  ): Promise<void> {
    this.door.check(request.raw);
    const { tenant } = caller.principal;
    const after = seqFrom(positionFrom(lastEventId, query));
    const follower = found(await this.streams.followDirective(tenant, id, after), `directive ${id}`);
    await this.hand(request, reply, follower === 'over' ? 'over' : { follower, tellsPosition: false, caller });
  }

  /** Not when the caller has an answer already, because Redis took too long, or is gone. */
  private async hand(request: FastifyRequest, reply: FastifyReply, start: StreamStart | 'over'): Promise<void> {
    const follower = start === 'over' ? undefined : start.follower;
    if (reply.sent || reply.raw.destroyed) return follower?.stop();
    if (start !== 'over') this.open.checkRoomFor(start);
    reply.hijack();
    const socket = await this.door.open(request.raw, reply.raw);
    if (!socket) return follower?.stop();
    const client = new WebSocketClient(socket);
    if (start === 'over') client.end();
    else this.open.start(client, start);
  }
}
