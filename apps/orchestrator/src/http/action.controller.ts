import { Body, Controller, Get, Inject, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ActionList, ActionName, ActionRecord, CocError } from '#libs/contracts';
import { SchemaValidator } from '#libs/policy';
import { ActionCatalog } from '#libs/state';
import { Allows, AllowsHouse } from './access.js';
import { Problems } from './answers.js';

const ActionBody = ActionRecord.extend({ name: ActionName.optional() }).meta({ id: 'ActionBody' });
type ActionBody = z.infer<typeof ActionBody>;

@ApiTags('actions')
@Controller('api/v1/actions')
export class ActionController {
  private readonly validator = new SchemaValidator();

  constructor(@Inject(ActionCatalog) private readonly catalog: ActionCatalog) {}

  @Allows('viewer')
  @Get()
  @ApiOperation({ operationId: 'listActions', summary: 'The catalog: what workers can do' })
  @ApiOkResponse({ standardSchema: ActionList })
  @Problems()
  async list(): Promise<z.infer<typeof ActionList>> {
    return { items: await this.catalog.list() };
  }

  @AllowsHouse('admin')
  @Put(':name')
  @ApiOperation({
    operationId: 'publishAction',
    summary: 'Publish a version of an action; a published version never changes',
  })
  @ApiOkResponse({ standardSchema: ActionRecord })
  @Problems(403, 409, 413, 415, 422)
  async publish(@Param('name') name: string, @Body({ schema: ActionBody }) body: ActionBody): Promise<ActionRecord> {
    checkName(name, body.name);
    const record: ActionRecord = { ...body, name };
    this.checkSchemas(record);
    await this.catalog.publish(record);
    return record;
  }

  private checkSchemas(record: ActionRecord): void {
    for (const part of ['input', 'output'] as const) {
      const reason = this.validator.checkSchema(record[part]);
      if (reason === undefined) continue;
      const detail = `the ${part} schema cannot be used: ${reason}`;
      throw new CocError('ACTION_SCHEMA_INVALID', detail, [
        { pointer: `/${part}`, code: 'ACTION_SCHEMA_INVALID', detail },
      ]);
    }
  }
}

function checkName(inPath: string, inBody: string | undefined): void {
  if (inBody !== undefined && inBody !== inPath) throw badName(`the path names ${inPath} and the body ${inBody}`);
  const { error } = ActionName.safeParse(inPath);
  if (error) throw badName(`"${inPath}": ${error.issues[0]!.message}`);
}

function badName(detail: string): CocError {
  return new CocError('REQUEST_INVALID', detail, [{ pointer: '/name', code: 'REQUEST_INVALID', detail }]);
}
