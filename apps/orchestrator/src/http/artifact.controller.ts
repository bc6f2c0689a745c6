import { Controller, Get, Inject, Param, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#libs/contracts';
import { ArtifactStore, DirectiveReader } from '#libs/state';
import { Allows } from './access.js';
import { Problems, found } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';

const mimePattern = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(; ?[\w-]+=[\w.-]+)?$/;

/** The last part of the name, with what no file system or header refuses; the true name beside it, encoded (RFC 6266). */
function dispositionOf(name: string): string {
  const last = name.split(/[/\\]/).at(-1)?.slice(0, 150) || 'artifact';
  const plain = last.replaceAll(/[^\w.-]/g, '_').replace(/^\.+/, '_');
  const encoded = encodeURIComponent(last.toWellFormed()).replaceAll(/['()*]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

@ApiTags('artifacts')
@Controller('api/v1/artifacts')
export class ArtifactController {
  constructor(
    @Inject(DirectiveReader) private readonly reader: DirectiveReader,
    @Inject(ArtifactStore) private readonly store: ArtifactStore,
  ) {}

  @Allows('viewer')
  @Get(':id')
  @ApiOperation({ operationId: 'getArtifact', summary: 'The bytes of an artifact; its id is <directiveId>.<sha256>' })
  @ApiOkResponse({
    description: 'the bytes, under the type the worker gave them',
    content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
  })
  @Problems(404)
  async get(
    @Param('id') id: string,
    @CurrentPrincipal() { tenant }: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const entry = found(await this.reader.artifact(tenant, id), `artifact ${id}`);
    const file = found(
      await this.store.open(tenant, id.split('.')[0]!, entry.sha256),
      `file behind artifact ${id}; it was removed from the artifact store`,
    );
    // A worker's page must not run as one of ours, even where a browser shows it in spite of "attachment".
    reply.header('content-security-policy', "sandbox; default-src 'none'");
    return new StreamableFile(file.stream, {
      type: mimePattern.test(entry.mimeType) ? entry.mimeType : 'application/octet-stream',
      length: file.bytes,
      disposition: dispositionOf(entry.name),
    });
  }
}
