package conformance

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/momentohq/client-sdk-go/config/retry"
	"github.com/momentohq/client-sdk-go/momento"
)

const mebibyte = 1024 * 1024

func TestValuesArriveAsTheyWerePublished(t *testing.T) {
	random := make([]byte, mebibyte)
	_, _ = rand.Read(random)
	values := []momento.TopicValue{
		momento.String("plain text"),
		momento.String("zażółć gęślą jaźń 漢字 🎈 e\u0301 \x00 \r\n"),
		momento.String(strings.Repeat("é", mebibyte/2)),
		momento.Bytes("\xff\xfe not utf-8 \x80"),
		momento.Bytes("binary that could be text"),
		momento.Bytes(random),
	}
	ctx, client, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	publish(t, ctx, client, cache, topic, values...)
	// Sequences start at 1 and grow by 1.
	expectItems(t, readItems(t, ctx, subscription, len(values)), 1, values)
}

func TestPublishWithoutSubscribers(t *testing.T) {
	publish(t, newContext(t), newClient(t), newCache(t), uniqueName("topic"), momento.String("nobody listens"))
}

func TestOrderOver10000Messages(t *testing.T) {
	ctx, client, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	values := makeTexts("message", 10_000)
	publishing := make(chan error, 1)
	go func() {
		for _, value := range values {
			if _, err := client.Publish(ctx, &momento.TopicPublishRequest{CacheName: cache, TopicName: topic, Value: value}); err != nil {
				publishing <- err
				return
			}
		}
		publishing <- nil
	}()
	items := readItems(t, ctx, subscription, len(values))
	if err := <-publishing; err != nil {
		t.Fatal(err)
	}
	expectItems(t, items, 1, values)
}

func TestManySubscribers(t *testing.T) {
	const subscribers = 300
	ctx, client, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	values := makeTexts("message", 20)
	subscriptions := make([]momento.TopicSubscription, subscribers)
	for index := range subscriptions {
		subscriptions[index] = subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	}
	received := make([][]momento.TopicItem, subscribers)
	var reading sync.WaitGroup
	for index, subscription := range subscriptions {
		reading.Add(1)
		go func() {
			defer reading.Done()
			for len(received[index]) < len(values) {
				event, err := subscription.Event(ctx)
				if err != nil {
					return
				}
				if item, ok := event.(momento.TopicItem); ok {
					received[index] = append(received[index], item)
				}
			}
		}()
	}
	publish(t, ctx, client, cache, topic, values...)
	reading.Wait()
	for _, items := range received {
		expectItems(t, items, 1, values)
	}
}

func TestAFreshSubscriptionStartsWithTheMessageJustPublished(t *testing.T) {
	ctx, client, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	// Opens the connections first: the message below counts as new for one second only.
	for range 4 {
		other := momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic + "-other"}
		subscribe(t, ctx, client, other)
		publish(t, ctx, client, cache, other.TopicName, momento.String("warm-up"))
	}
	publish(t, ctx, client, cache, topic, momento.String("published before"))
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	publish(t, ctx, client, cache, topic, momento.String("published after"))
	expectItems(t, readItems(t, ctx, subscription, 2), 1,
		[]momento.TopicValue{momento.String("published before"), momento.String("published after")})
}

// Subscribe fails unless the first message is a heartbeat; here are the following ones.
func TestHeartbeats(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	subscription := subscribe(t, ctx, newClient(t), momento.TopicSubscribeRequest{CacheName: newCache(t), TopicName: "quiet"})
	for range 2 {
		event, err := subscription.Event(ctx)
		if err != nil {
			t.Fatalf("no heartbeat within 10 s: %v", err)
		}
		if _, ok := event.(momento.TopicHeartbeat); !ok {
			t.Fatalf("a heartbeat was expected, got %T", event)
		}
	}
}

func TestMissingCache(t *testing.T) {
	ctx, client := newContext(t), newClient(t)
	_, err := client.Subscribe(ctx, &momento.TopicSubscribeRequest{CacheName: uniqueName("missing"), TopicName: "topic"})
	expectCode(t, err, momento.CacheNotFoundError)
	_, err = client.Publish(ctx, &momento.TopicPublishRequest{
		CacheName: uniqueName("missing"), TopicName: "topic", Value: momento.String("lost"),
	})
	expectCode(t, err, momento.CacheNotFoundError)
}

func TestValueOverTheLimit(t *testing.T) {
	ctx, client, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	for _, size := range []int{mebibyte + 1, 4 * mebibyte} {
		for _, value := range []momento.TopicValue{momento.String(strings.Repeat("x", size)), momento.Bytes(make([]byte, size))} {
			_, err := client.Publish(ctx, &momento.TopicPublishRequest{CacheName: cache, TopicName: topic, Value: value})
			refused := expectCode(t, err, momento.LimitExceededError)
			// The client makes this text from the error's cause.
			if !strings.Contains(refused.Message(), "Request size limit exceeded") {
				t.Fatalf("another limit is named: %s", refused.Message())
			}
		}
	}
	// The refused values took no number.
	publish(t, ctx, client, cache, topic, momento.String("small"))
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{
		CacheName: cache, TopicName: topic, ResumeAtTopicSequenceNumber: 1,
	})
	expectItems(t, readItems(t, ctx, subscription, 1), 1, []momento.TopicValue{momento.String("small")})
}

func TestDeletingTheCacheEndsItsSubscriptions(t *testing.T) {
	ctx, cache, topic := newContext(t), newCache(t), uniqueName("topic")
	// The default strategy would subscribe again for ever, whatever the error.
	client := newTopicClient(t, topicConfiguration().WithRetryStrategy(retry.NewNeverRetryStrategy()), localProvider(t, openPort))
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	other := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: "default", TopicName: topic})
	publish(t, ctx, client, cache, topic, momento.String("before"))
	readItems(t, ctx, subscription, 1)

	caches := newCacheClient(t, localProvider(t, openPort))
	if _, err := caches.DeleteCache(ctx, &momento.DeleteCacheRequest{CacheName: cache}); err != nil {
		t.Fatal(err)
	}
	for {
		_, err := subscription.Event(ctx)
		if err == nil {
			continue
		}
		coded, ok := err.(interface{ Code() string })
		if !ok || coded.Code() != momento.CacheNotFoundError {
			t.Fatalf("%s was expected, got %v", momento.CacheNotFoundError, err)
		}
		break
	}
	publish(t, ctx, client, "default", topic, momento.String("still here"))
	if item := readItems(t, ctx, other, 1)[0]; item.GetValue() != momento.String("still here") {
		t.Fatalf("the other cache's subscription got %v", item.GetValue())
	}
}

// What a server sends for a closed subscription is thrown away by the client, so it is counted on the way.
func TestCloseFreesThePlace(t *testing.T) {
	const subscribers, messages, messageBytes = 50, 4, 256 * 1024
	ctx, direct, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	counting := startProxy(t, openPort)
	client := newTopicClient(t, topicConfiguration().WithNumStreamGrpcChannels(1), localProvider(t, counting.port()))
	request := momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic}
	subscriptions := make([]momento.TopicSubscription, subscribers)
	for index := range subscriptions {
		subscriptions[index] = subscribe(t, ctx, client, request)
	}
	remaining := subscribe(t, ctx, client, request)
	values := make([]momento.TopicValue, messages)
	for index := range values {
		values[index] = momento.Bytes(make([]byte, messageBytes))
	}
	// The bytes that the server sends while the remaining subscription gets all values once.
	measure := func() int64 {
		before := counting.fromServer.Load()
		publish(t, ctx, direct, cache, topic, values...)
		readItems(t, ctx, remaining, messages)
		return counting.fromServer.Load() - before
	}

	if sent := measure(); sent < subscribers*messageBytes {
		t.Fatalf("%d bytes for %d subscribers: the subscriptions are not there", sent, subscribers)
	}
	for _, subscription := range subscriptions {
		subscription.Close()
		if _, err := subscription.Event(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("Event after Close: %v", err)
		}
	}
	// Close only asks the client's own goroutines to tell the server, and what the server had sent may still be on its way.
	sent := measure()
	for range 20 {
		if sent < 2*messages*messageBytes {
			return
		}
		sent = measure()
	}
	t.Fatalf("%d bytes for one subscription with %d bytes of values", sent, messages*messageBytes)
}
