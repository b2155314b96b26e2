//! Drives a built Subito server with tonic, over cleartext and over TLS. A failed expectation panics, which ends with an exit code of 101.

mod client;
mod messages;

use std::time::Duration;

use client::{
    connect_cleartext, connect_tls, receive_end, receive_item, unique_name, Client, PATIENCE,
};
use tonic::Code;

/// Takes a while to send, and is less than an item may have.
const LARGE_TEXT_BYTES: usize = 512 * 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let all = async {
        run_all("cleartext", connect_cleartext().await).await;
        run_all("TLS", connect_tls().await).await;
    };
    tokio::time::timeout(PATIENCE, all)
        .await
        .expect("an end in time");
}

/// Every call on the same channel.
async fn run_all(transport: &str, mut client: Client) {
    receives_items_in_order(&mut client).await;
    println!("ok: items in order over {transport}");
    answers_a_missing_cache(&mut client).await;
    println!("ok: NOT_FOUND over {transport}");
    ends_at_the_deadline(&mut client).await;
    println!("ok: deadline over {transport}");
    cancels_one_call_only(&mut client).await;
    println!("ok: cancel over {transport}");
}

async fn receives_items_in_order(client: &mut Client) {
    let topic = unique_name("order");
    let mut stream = client.subscribe(&topic).await;
    let texts: Vec<String> = (1..=100)
        .map(|number| format!("zażółć 🎈 {number}"))
        .collect();
    for text in &texts {
        client.must_publish(&topic, text).await;
    }
    for (number, text) in (1..).zip(&texts) {
        assert_eq!(receive_item(&mut stream).await, (number, text.clone()));
    }
}

async fn answers_a_missing_cache(client: &mut Client) {
    let status = client
        .publish("żółw-🐢", "topic", "text")
        .await
        .expect_err("no such cache");
    assert_eq!(status.code(), Code::NotFound, "{status}");
    assert!(
        !status.message().is_empty() && !status.message().contains('%'),
        "{status}"
    );
    // The call fails, not its stream: the answer consists of trailers only.
    let status = client
        .start_subscribe("no-such-cache", "topic")
        .await
        .expect_err("no such cache");
    assert_eq!(status.code(), Code::NotFound, "{status}");
}

async fn ends_at_the_deadline(client: &mut Client) {
    let topic = unique_name("deadline");
    // The answer may come first, for the library's clock ticks once in a millisecond; sooner or later the deadline does.
    let text = "x".repeat(LARGE_TEXT_BYTES);
    let status = loop {
        let publish = client.publish_within(Duration::from_nanos(1), "default", &topic, &text);
        if let Err(status) = publish.await {
            break status;
        }
    };
    // The server says DEADLINE_EXCEEDED, the library's own timer Cancelled.
    assert!(
        status.code() == Code::DeadlineExceeded
            || (status.code() == Code::Cancelled && status.message() == "Timeout expired"),
        "{status:?}"
    );
    // The library's deadline is over when a stream begins; one for the whole stream is its caller's.
    let mut stream = client.subscribe(&unique_name("quiet")).await;
    let end = tokio::time::timeout(Duration::from_millis(200), receive_end(&mut stream)).await;
    assert!(end.is_err(), "{end:?}");
    drop(stream);
    client.must_publish(&topic, "still here").await;
}

async fn cancels_one_call_only(client: &mut Client) {
    let topic = unique_name("cancel");
    let mut kept = client.subscribe(&topic).await;
    // To drop a stream cancels its call.
    drop(client.subscribe(&topic).await);
    client.must_publish(&topic, "for the other one").await;
    assert_eq!(
        receive_item(&mut kept).await,
        (1, "for the other one".to_owned())
    );
}
