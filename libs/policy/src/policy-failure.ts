/** Why a value could not be decided: `code` is for programs, `message` names the thing and the limit for people. */
export interface PolicyFailure {
  code: string;
  message: string;
}
