import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Allows } from './access.js';
import { errorsPage } from './errors-page.js';

/** Where the `type` of a problem points to. */
@Controller('docs')
export class DocsController {
  @Allows('anyone')
  @Get('errors')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  @Header('cache-control', 'public, max-age=300')
  @ApiExcludeEndpoint()
  errors(): string {
    return errorsPage();
  }
}
