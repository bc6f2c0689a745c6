import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { processMetrics } from '#libs/telemetry';
import { AllowsHouse } from '../http/access.js';
import { Problems } from '../http/answers.js';

@ApiTags('metrics')
@Controller('metrics')
export class MetricsController {
  // Of all tenants.
  @AllowsHouse('viewer')
  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'The figures of the installation and of this process, for Prometheus',
  })
  @ApiOkResponse({ description: 'docs/metrics.md', content: { 'text/plain': { schema: { type: 'string' } } } })
  @Problems()
  async text(): Promise<string> {
    return processMetrics().text();
  }
}
