import { Controller, Get, Headers, Inject, Param, Query, Res, applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { EventStreams } from '#libs/state';
import { Allows } from '../http/access.js';
import { Problems, found } from '../http/answers.js';
import { CurrentCaller } from '../http/current-principal.js';
import type { Caller } from '../identity/caller.js';
import { OpenStreams, type StreamStart } from './open-streams.js';
import { SseResponse } from './sse-response.js';
import { DirectiveStreamQuery, TenantStreamQuery, positionFrom, seqFrom } from './stream.query.js';

/** What both streams have in common in the docs. */
function Stream(id: string): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: `${id} of the last event seen; goes on after it`,
    }),
    ApiOkResponse({
      description: `server-sent events: \`id\` is ${id}, \`event\` the type, \`data\` an Event as JSON; docs/streams.md`,
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
    Problems(404, 410),
  );
}

@ApiTags('streams')
@Controller('api/v1')
export class StreamController {
  constructor(
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(OpenStreams) private readonly open: OpenStreams,
  ) {}

  @Allows('viewer')
  @Get('directives/:id/events/stream')
  @ApiOperation({
    operationId: 'streamDirectiveEvents',
    summary: 'Its story as it happens; ends after the event that makes it final',
  })
  @Stream('the seq')
  @ApiNoContentResponse({ description: 'it is final, and the position is at its last event: nothing will ever follow' })
  async directive(
    @Param('id') id: string,
    @Query({ schema: DirectiveStreamQuery }) query: DirectiveStreamQuery,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
    @Headers('Last-Event-ID') lastEventId?: string,
  ): Promise<void> {
    const { tenant } = caller.principal;
    const after = seqFrom(positionFrom(lastEventId, query));
    const follower = found(await this.streams.followDirective(tenant, id, after), `directive ${id}`);
    if (follower === 'over') void reply.status(204).send();
    else this.hand(reply, { follower, tellsPosition: false, caller });
  }

  @Allows('viewer')
  @Get('events/stream')
  @ApiOperation({ operationId: 'streamEvents', summary: 'Everything that happens to all directives, as it happens' })
  @Stream('the position')
  async tenant(
    @Query({ schema: TenantStreamQuery }) query: TenantStreamQuery,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
    @Headers('Last-Event-ID') lastEventId?: string,
  ): Promise<void> {
    const { tenant } = caller.principal;
    const cursor = positionFrom(lastEventId, query);
    const follower = await this.streams.followTenant(tenant, { cursor, types: query.type });
    this.hand(reply, { follower, tellsPosition: true, caller });
  }

  /** Not when the caller has an answer already, because Redis took too long, or is gone. */
  private hand(reply: FastifyReply, start: StreamStart): void {
    if (reply.sent || reply.raw.destroyed) return start.follower.stop();
    this.open.checkRoomFor(start);
    reply.hijack();
    this.open.start(new SseResponse(reply.raw), start);
  }
}
