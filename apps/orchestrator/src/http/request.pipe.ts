import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { CocError } from '#libs/contracts';
import { invalidRequest } from './request-faults.js';

/** A schema with a default takes what is not there. */
async function mayBeEmpty({ schema }: ArgumentMetadata): Promise<boolean> {
  return schema !== undefined && !(await schema['~standard'].validate(undefined)).issues;
}

/** Checks whatever a route declares a schema for. Throws BODY_MALFORMED, UNKNOWN_FIELD or REQUEST_INVALID with every fault. */
export class RequestPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => invalidRequest(issues) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const isEmpty = metadata.type === 'body' && (value === undefined || value === null);
    if (isEmpty && !(value === undefined && (await mayBeEmpty(metadata)))) {
      throw new CocError('BODY_MALFORMED', 'the body is empty; send a JSON object');
    }
    return super.transform(value, metadata);
  }

  /** Nest would delete every key called "constructor" or "prototype" from a client's data; the parser refuses poison, loudly. */
  protected override stripProtoKeys(): void {}
}
