export { EventBus, eventBus } from './event-bus.js';
export { runDirective } from './run-directive.js';
export {
  ChainOfCommandError,
  DetachedError,
  DirectiveFailedError,
  DirectiveRefusedError,
  EmbeddedStartError,
  ServerUnreachableError,
} from './sdk-error.js';
export { startEmbedded } from './start-embedded.js';
