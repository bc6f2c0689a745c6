import { Body, Controller, HttpCode, Inject, Param, Post, applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DirectiveView, EndDirective, type Principal } from '#libs/contracts';
import { Allows } from './access.js';
import { Problems } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';
import { DirectiveIngress } from './directive-ingress.js';
import { HeldAgainst } from './version.js';

/** An order to a directive: answers it as it then is, or 409 with its state and the states it may go to. */
function Order(verb: string, summary: string): MethodDecorator {
  return applyDecorators(
    Allows('operator'),
    Post(verb),
    HttpCode(200),
    ApiOperation({ operationId: `${verb}Directive`, summary }),
    ApiOkResponse({ standardSchema: DirectiveView }),
    Problems(403, 404, 409, 413, 415),
    HeldAgainst(),
  );
}

@ApiTags('directives')
@Controller('api/v1/directives/:id')
export class OrderController {
  constructor(@Inject(DirectiveIngress) private readonly ingress: DirectiveIngress) {}

  @Order('start', 'Start it now, whatever start it waits for')
  async start(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<DirectiveView> {
    return this.ingress.start(principal, id);
  }

  @Order('pause', 'Release nothing more until it is resumed; what runs, runs on')
  async pause(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<DirectiveView> {
    return this.ingress.pause(principal, id);
  }

  @Order('resume', 'Let it go on')
  async resume(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<DirectiveView> {
    return this.ingress.resume(principal, id);
  }

  @Order('cancel', 'Cancel it: no attempt starts from here on')
  async cancel(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<DirectiveView> {
    return this.ingress.cancel(principal, id);
  }

  @Order('complete', 'It is done, says a human: what is open of it is cancelled')
  async complete(
    @Param('id') id: string,
    @Body({ schema: EndDirective }) { reason }: EndDirective,
    @CurrentPrincipal() principal: Principal,
  ): Promise<DirectiveView> {
    return this.ingress.end(principal, id, 'COMPLETED', reason);
  }

  @Order('fail', 'It failed, says a human: what is open of it is cancelled')
  async fail(
    @Param('id') id: string,
    @Body({ schema: EndDirective }) { reason }: EndDirective,
    @CurrentPrincipal() principal: Principal,
  ): Promise<DirectiveView> {
    return this.ingress.end(principal, id, 'FAILED', reason);
  }

  @Order('stop', 'Stop it where it is, for good: what is open of it is cancelled')
  async stop(
    @Param('id') id: string,
    @Body({ schema: EndDirective }) { reason }: EndDirective,
    @CurrentPrincipal() principal: Principal,
  ): Promise<DirectiveView> {
    return this.ingress.end(principal, id, 'STOPPED', reason);
  }
}
