import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import {
  CreateWebhook,
  DeliveryFiled,
  DeliveryList,
  WebhookCreated,
  WebhookList,
  WebhookView,
  type Principal,
} from '#libs/contracts';
import { Allows } from '../http/access.js';
import { Problems } from '../http/answers.js';
import { CurrentPrincipal } from '../http/current-principal.js';
import { HookDesk } from './hook.desk.js';

/** A webhook's URL may be a secret itself, so nobody but an admin sees it. */
@ApiTags('webhooks')
@Controller('api/v1/webhooks')
export class HookController {
  constructor(@Inject(HookDesk) private readonly desk: HookDesk) {}

  @Allows('admin')
  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'createWebhook', summary: 'Register a webhook; its secret is in this answer only' })
  @ApiCreatedResponse({ standardSchema: WebhookCreated })
  @Problems(403, 409, 413, 415, 422)
  async create(
    @Body({ schema: CreateWebhook }) body: CreateWebhook,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<WebhookCreated> {
    return this.desk.create(tenant, body);
  }

  @Allows('admin')
  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'The webhooks of the tenant, oldest first, without secrets' })
  @ApiOkResponse({ standardSchema: WebhookList })
  @Problems(403)
  async list(@CurrentPrincipal() { tenant }: Principal): Promise<z.infer<typeof WebhookList>> {
    return { items: await this.desk.list(tenant) };
  }

  @Allows('admin')
  @Get(':id')
  @ApiOperation({ operationId: 'getWebhook', summary: 'One webhook, without its secret' })
  @ApiOkResponse({ standardSchema: WebhookView })
  @Problems(403, 404)
  async get(@Param('id') id: string, @CurrentPrincipal() { tenant }: Principal): Promise<WebhookView> {
    return this.desk.get(tenant, id);
  }

  @Allows('admin')
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteWebhook', summary: 'Remove a webhook with its log; nothing more goes to it' })
  @ApiNoContentResponse()
  @Problems(403, 404, 413, 415)
  async delete(@Param('id') id: string, @CurrentPrincipal() { tenant }: Principal): Promise<void> {
    await this.desk.delete(tenant, id);
  }

  @Allows('admin')
  @Get(':id/deliveries')
  @ApiOperation({ operationId: 'listDeliveries', summary: 'The last 100 tries to deliver to it, newest first' })
  @ApiOkResponse({ standardSchema: DeliveryList })
  @Problems(403, 404)
  async deliveries(
    @Param('id') id: string,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof DeliveryList>> {
    return { items: await this.desk.deliveries(tenant, id) };
  }

  @Allows('admin')
  @Post(':id/deliveries/:deliveryId/resend')
  @HttpCode(202)
  @ApiOperation({ operationId: 'resendDelivery', summary: 'Deliver once more what is in the log' })
  @ApiAcceptedResponse({ standardSchema: DeliveryFiled })
  @Problems(403, 404, 413, 415)
  async resend(
    @Param('id') id: string,
    @Param('deliveryId') deliveryId: string,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof DeliveryFiled>> {
    return this.desk.resend(tenant, id, deliveryId);
  }
}
