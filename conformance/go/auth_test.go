package conformance

import (
	"encoding/base64"
	"testing"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/momento"
)

const wrongKeyText = `{"endpoint":"localhost","api_key":"wrong"}`

func expectAllRefused(t *testing.T, provider auth.CredentialProvider) {
	t.Helper()
	ctx := newContext(t)
	caches := newCacheClient(t, provider)
	_, err := caches.CreateCache(ctx, &momento.CreateCacheRequest{CacheName: "never"})
	expectCode(t, err, momento.AuthenticationError)
	_, err = caches.ListCaches(ctx, &momento.ListCachesRequest{})
	expectCode(t, err, momento.AuthenticationError)
	topics := newTopicClient(t, topicConfiguration(), provider)
	_, err = topics.Publish(ctx, &momento.TopicPublishRequest{CacheName: "default", TopicName: "topic", Value: momento.String("value")})
	expectCode(t, err, momento.AuthenticationError)
	_, err = topics.Subscribe(ctx, &momento.TopicSubscribeRequest{CacheName: "default", TopicName: "topic"})
	expectCode(t, err, momento.AuthenticationError)
}

func TestWrongKey(t *testing.T) {
	wrong := base64.StdEncoding.EncodeToString([]byte(wrongKeyText))
	for name, port := range map[string]uint{"where none is needed": openPort, "where one is needed": closedPort} {
		t.Run(name, func(t *testing.T) { expectAllRefused(t, keyProvider(t, wrong, port)) })
	}
}

func TestNoKeyWhereOneIsNeeded(t *testing.T) {
	expectAllRefused(t, localProvider(t, closedPort))
}

func TestThePrintedKey(t *testing.T) {
	ctx, topic := newContext(t), uniqueName("topic")
	client := newTopicClient(t, topicConfiguration(), keyProvider(t, closedAPIKey, closedPort))
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: "default", TopicName: topic})
	publish(t, ctx, client, "default", topic, momento.String("with a key"))
	expectItems(t, readItems(t, ctx, subscription, 1), 1, []momento.TopicValue{momento.String("with a key")})
}
