// What topics count: plain fields, added to where things happen and read when somebody asks.

export class TopicCounts {
  itemsPublished = 0;
  /** Each item as often as it was handed to a sink. */
  itemsDelivered = 0;
  discontinuities = 0;
  /** Refused because of `subscriptionsMax`. */
  subscriptionsRefused = 0;
}
