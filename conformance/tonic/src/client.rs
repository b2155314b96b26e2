//! A tonic client of the pub/sub service on one channel, each call by its path.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;

use crate::messages::{
    Empty, EventKind, PublishRequest, SubscriptionItem, SubscriptionRequest, TopicItem, TopicValue,
    ValueKind,
};

const PUBLISH_PATH: &str = "/cache_client.pubsub.Pubsub/Publish";
const SUBSCRIBE_PATH: &str = "/cache_client.pubsub.Pubsub/Subscribe";

/// Long enough for a busy machine; nothing here measures time.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// `run.mjs` sets it.
fn read_variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is missing; run.mjs sets it"))
}

pub async fn connect_cleartext() -> Client {
    let url = format!("http://{}", read_variable("SUBITO_ADDRESS"));
    connect(Endpoint::from_shared(url).expect("a URL")).await
}

/// Trusts the private CA of the server's certificate and nobody else.
pub async fn connect_tls() -> Client {
    let url = format!("https://{}", read_variable("SUBITO_TLS_ADDRESS"));
    let pem = std::fs::read(read_variable("SUBITO_CA_FILE")).expect("the CA's certificate");
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
    connect(
        Endpoint::from_shared(url)
            .expect("a URL")
            .tls_config(tls)
            .expect("a TLS configuration"),
    )
    .await
}

async fn connect(endpoint: Endpoint) -> Client {
    Client {
        grpc: Grpc::new(endpoint.connect().await.expect("a connection")),
    }
}

pub struct Client {
    grpc: Grpc<Channel>,
}

impl Client {
    pub async fn publish(&mut self, cache: &str, topic: &str, text: &str) -> Result<(), Status> {
        self.publish_within(PATIENCE, cache, topic, text).await
    }

    /// With a deadline, as `grpc-timeout` too.
    pub async fn publish_within(
        &mut self,
        timeout: Duration,
        cache: &str,
        topic: &str,
        text: &str,
    ) -> Result<(), Status> {
        self.grpc
            .ready()
            .await
            .map_err(|error| Status::unknown(error.to_string()))?;
        let mut request = Request::new(PublishRequest {
            cache_name: cache.into(),
            topic: topic.into(),
            value: Some(TopicValue {
                kind: Some(ValueKind::Text(text.into())),
            }),
        });
        request.set_timeout(timeout);
        let codec = ProstCodec::<PublishRequest, Empty>::default();
        self.grpc
            .unary(request, PathAndQuery::from_static(PUBLISH_PATH), codec)
            .await?;
        Ok(())
    }

    pub async fn must_publish(&mut self, topic: &str, text: &str) {
        self.publish("default", topic, text)
            .await
            .expect("a publish");
    }

    /// The error of the call itself, when it ends with trailers only.
    pub async fn start_subscribe(
        &mut self,
        cache: &str,
        topic: &str,
    ) -> Result<Streaming<SubscriptionItem>, Status> {
        self.grpc
            .ready()
            .await
            .map_err(|error| Status::unknown(error.to_string()))?;
        let request = SubscriptionRequest {
            cache_name: cache.into(),
            topic: topic.into(),
        };
        let codec = ProstCodec::<SubscriptionRequest, SubscriptionItem>::default();
        let path = PathAndQuery::from_static(SUBSCRIBE_PATH);
        Ok(self
            .grpc
            .server_streaming(Request::new(request), path, codec)
            .await?
            .into_inner())
    }

    /// Returns when the first heartbeat has come: what is published from now on will be received.
    pub async fn subscribe(&mut self, topic: &str) -> Streaming<SubscriptionItem> {
        let mut stream = self
            .start_subscribe("default", topic)
            .await
            .expect("a subscription");
        match next_event(&mut stream).await {
            Ok(EventKind::Heartbeat(_)) => stream,
            other => panic!("a heartbeat was expected, got {other:?}"),
        }
    }
}

/// The end of the stream is an error too.
async fn next_event(stream: &mut Streaming<SubscriptionItem>) -> Result<EventKind, Status> {
    let message = stream
        .message()
        .await?
        .ok_or_else(|| Status::ok("the stream ended"))?;
    Ok(message.kind.expect("an event of a known kind"))
}

/// The number and text of the next item; heartbeats are left out.
pub async fn receive_item(stream: &mut Streaming<SubscriptionItem>) -> (u64, String) {
    loop {
        match next_event(stream).await {
            Ok(EventKind::Heartbeat(_)) => {}
            Ok(EventKind::Item(TopicItem {
                topic_sequence_number,
                value:
                    Some(TopicValue {
                        kind: Some(ValueKind::Text(text)),
                    }),
            })) => return (topic_sequence_number, text),
            other => panic!("an item with a text was expected, got {other:?}"),
        }
    }
}

/// Reads to the end of a stream.
pub async fn receive_end(stream: &mut Streaming<SubscriptionItem>) -> Status {
    loop {
        if let Err(status) = next_event(stream).await {
            return status;
        }
    }
}

pub fn unique_name(prefix: &str) -> String {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970");
    format!("tonic-{prefix}-{}", since_epoch.as_nanos())
}
