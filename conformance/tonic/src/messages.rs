//! What of the pub/sub service these tests call, as published in Momento's protocol: written by hand, so that nothing is generated.

#[derive(Clone, PartialEq, prost::Message)]
pub struct Empty {}

#[derive(Clone, PartialEq, prost::Message)]
pub struct PublishRequest {
    #[prost(string, tag = "1")]
    pub cache_name: String,
    #[prost(string, tag = "2")]
    pub topic: String,
    #[prost(message, optional, tag = "3")]
    pub value: Option<TopicValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct TopicValue {
    #[prost(oneof = "ValueKind", tags = "1, 2")]
    pub kind: Option<ValueKind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub enum ValueKind {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(bytes, tag = "2")]
    Binary(Vec<u8>),
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct SubscriptionRequest {
    #[prost(string, tag = "1")]
    pub cache_name: String,
    #[prost(string, tag = "2")]
    pub topic: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct SubscriptionItem {
    #[prost(oneof = "EventKind", tags = "1, 2, 3")]
    pub kind: Option<EventKind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub enum EventKind {
    #[prost(message, tag = "1")]
    Item(TopicItem),
    #[prost(message, tag = "2")]
    Discontinuity(Discontinuity),
    #[prost(message, tag = "3")]
    Heartbeat(Empty),
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct TopicItem {
    #[prost(uint64, tag = "1")]
    pub topic_sequence_number: u64,
    #[prost(message, optional, tag = "2")]
    pub value: Option<TopicValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Discontinuity {
    #[prost(uint64, tag = "1")]
    pub last_topic_sequence: u64,
    #[prost(uint64, tag = "2")]
    pub new_topic_sequence: u64,
}
