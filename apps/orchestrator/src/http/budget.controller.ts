import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BudgetLedger, RaiseBudget, type Principal } from '#libs/contracts';
import { Allows } from './access.js';
import { ApprovalService } from '../approve/approval.service.js';
import { Problems } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';

@ApiTags('budget')
@Controller('api/v1/directives/:id/budget')
export class BudgetController {
  constructor(@Inject(ApprovalService) private readonly approvals: ApprovalService) {}

  @Allows('viewer')
  @Get()
  @ApiOperation({ operationId: 'getBudget', summary: 'Every charge and every reservation' })
  @ApiOkResponse({ standardSchema: BudgetLedger })
  @Problems(404)
  async ledger(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<BudgetLedger> {
    return this.approvals.ledger(principal, id);
  }

  @Allows('approver')
  @Post()
  @HttpCode(200)
  @ApiOperation({ operationId: 'raiseBudget', summary: 'Give it another budget; tasks that wait for it go on' })
  @ApiOkResponse({ standardSchema: BudgetLedger })
  @Problems(403, 404, 409, 413, 415)
  async raise(
    @Param('id') id: string,
    @Body({ schema: RaiseBudget }) body: RaiseBudget,
    @CurrentPrincipal() principal: Principal,
  ): Promise<BudgetLedger> {
    return this.approvals.raiseBudget(principal, id, body);
  }
}
