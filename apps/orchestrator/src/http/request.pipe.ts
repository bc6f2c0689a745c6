import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { CocError } from '#libs/contracts';
import { invalidRequest } from './request-faults.js';

/** Checks whatever a route declares a schema for. Throws BODY_MALFORMED, UNKNOWN_FIELD or REQUEST_INVALID with every fault. */
export class RequestPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => invalidRequest(issues) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (metadata.type === 'body' && (value === undefined || value === null)) {
      throw new CocError('BODY_MALFORMED', 'the body is empty; send a JSON object');
    }
    return super.transform(value, metadata);
  }

  /** Nest would delete every key called "constructor" or "prototype" from a client's data; the parser refuses poison, loudly. */
  protected override stripProtoKeys(): void {}
}
