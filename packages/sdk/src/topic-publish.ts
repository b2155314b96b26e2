// What `publish` resolves to; users see it as the namespace TopicPublish.

import { ErrorResponse, TopicPublishResponse } from "./responses.js";

/** The server has taken the item. */
export class Success {
  readonly type = TopicPublishResponse.Success;
}

/** It was not published, or (TIMEOUT_ERROR, CONNECTION_ERROR, CANCELLED_ERROR) nobody knows. */
export class Error extends ErrorResponse {
  readonly type = TopicPublishResponse.Error;
}

export type Response = Success | Error;
