import { Controller, Get, Inject, Param, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#libs/contracts';
import { ArtifactStore, DirectiveReader } from '#libs/state';
import { Problems, found } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';

function safeName(name: string): string {
  return (name.split('/').at(-1) ?? 'artifact').replaceAll(/[^\w.-]/g, '_').slice(0, 150);
}

@ApiTags('artifacts')
@Controller('api/v1/artifacts')
export class ArtifactController {
  constructor(
    @Inject(DirectiveReader) private readonly reader: DirectiveReader,
    @Inject(ArtifactStore) private readonly store: ArtifactStore,
  ) {}

  @Get(':id')
  @ApiOperation({ summary: 'The bytes of an artifact; its id is <directiveId>.<sha256>' })
  @ApiOkResponse({
    description: 'the bytes',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @Problems(404)
  async get(
    @Param('id') id: string,
    @CurrentPrincipal() { tenant }: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const entry = found(await this.reader.artifact(tenant, id), `artifact ${id}`);
    const file = found(
      await this.store.open(tenant, entry.sha256),
      `file behind artifact ${id}; it was removed from the data folder`,
    );
    reply.header('x-content-type-options', 'nosniff');
    return new StreamableFile(file.stream, {
      type: entry.mimeType,
      length: file.bytes,
      disposition: `attachment; filename="${safeName(entry.name)}"`,
    });
  }
}
