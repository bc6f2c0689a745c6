import {
  Inject,
  Module,
  type DynamicModule,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { createRecorderContext } from './recorder.context.js';
import { Recorder } from './recorder.js';

/** Starts the recorder with its Nest application and lets it finish before the application goes. */
@Module({})
export class RecorderModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  static with(...setup: Parameters<typeof createRecorderContext>): DynamicModule {
    const recorder = { provide: Recorder, useFactory: () => new Recorder(createRecorderContext(...setup)) };
    return { module: RecorderModule, providers: [recorder] };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.recorder.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.recorder.stop();
  }
}
