package conformance

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/config"
	"github.com/momentohq/client-sdk-go/config/logger"
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/responses"
	authresponses "github.com/momentohq/client-sdk-go/responses/auth"
	"github.com/momentohq/client-sdk-go/utils"
)

// Disposable tokens and keys with rules of their own (wire contract 6.4). What concerns cache items waits for them.

const otherCache = "go-other-cache"

type allowance struct{ publish, subscribe bool }

func newAuthClient(t *testing.T, provider auth.CredentialProvider) momento.AuthClient {
	t.Helper()
	client, err := momento.NewAuthClient(config.AuthDefaultWithLogger(logger.NewNoopMomentoLoggerFactory()), provider)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func newOwner(t *testing.T) momento.AuthClient {
	t.Helper()
	return newAuthClient(t, keyProvider(t, closedAPIKey, closedPort))
}

// generateToken makes a token, and a provider of it.
func generateToken(t *testing.T, request momento.GenerateDisposableTokenRequest) auth.CredentialProvider {
	t.Helper()
	if request.ExpiresIn.Seconds() == 0 {
		request.ExpiresIn = utils.ExpiresInHours(1)
	}
	response, err := newOwner(t).GenerateDisposableToken(newContext(t), &request)
	if err != nil {
		t.Fatalf("GenerateDisposableToken: %v", err)
	}
	made := response.(*authresponses.GenerateDisposableTokenSuccess)
	if want := fmt.Sprintf("127.0.0.1:%d", closedPort); made.Endpoint != want || made.ValidUntil == 0 {
		t.Fatalf("made: %+v", made)
	}
	return keyProvider(t, made.ApiKey, closedPort)
}

func expectDenied(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		t.Fatalf("%s was allowed", what)
	}
	if message := expectCode(t, err, momento.PermissionError).Message(); !strings.Contains(message, "Insufficient permissions") {
		t.Fatalf("%s: %s", what, message)
	}
}

func expectMay(t *testing.T, ctx context.Context, client momento.TopicClient, cache, topic string, may allowance) {
	t.Helper()
	what := fmt.Sprintf("publishing to %s/%s", cache, topic)
	_, err := client.Publish(ctx, &momento.TopicPublishRequest{CacheName: cache, TopicName: topic, Value: momento.String("value")})
	if !may.publish {
		expectDenied(t, what, err)
	} else if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	what = fmt.Sprintf("subscribing to %s/%s", cache, topic)
	subscription, err := client.Subscribe(ctx, &momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	if !may.subscribe {
		expectDenied(t, what, err)
	} else if err != nil {
		t.Fatalf("%s: %v", what, err)
	} else {
		subscription.Close()
	}
}

func makeOtherCache(t *testing.T) {
	t.Helper()
	client := newCacheClient(t, keyProvider(t, closedAPIKey, closedPort))
	if _, err := client.CreateCache(newContext(t), &momento.CreateCacheRequest{CacheName: otherCache}); err != nil {
		t.Fatal(err)
	}
}

var topicRoles = map[string]struct {
	may    allowance
	exact  func(momento.CacheSelector, momento.TopicSelector) momento.Permissions
	prefix func(momento.CacheSelector, string) momento.DisposableTokenScope
}{
	"publish only":      {allowance{true, false}, momento.TopicPublishOnly, momento.TopicNamePrefixPublishOnly},
	"subscribe only":    {allowance{false, true}, momento.TopicSubscribeOnly, momento.TopicNamePrefixSubscribeOnly},
	"publish subscribe": {allowance{true, true}, momento.TopicPublishSubscribe, momento.TopicNamePrefixPublishSubscribe},
}

var cacheSelectors = map[string]momento.CacheSelector{
	"all caches": momento.AllCaches{},
	"one cache":  momento.CacheName{Name: "default"},
}

func TestTokensForTopics(t *testing.T) {
	makeOtherCache(t)
	for roleName, role := range topicRoles {
		for cacheName, cache := range cacheSelectors {
			scopes := map[string]struct {
				scope   momento.DisposableTokenScope
				allowed []string
				denied  []string
			}{
				"all topics": {role.exact(cache, momento.AllTopics{}), []string{"news", "w00t"}, nil},
				"one topic":  {role.exact(cache, momento.TopicName{Name: "news"}), []string{"news"}, []string{"w00t", "newsroom", "new", "News"}},
				"a prefix":   {role.prefix(cache, "news-"), []string{"news-", "news-today"}, []string{"w00t", "news", "newsroom", "News-today", "old-news-today"}},
			}
			for scopeName, scope := range scopes {
				t.Run(fmt.Sprintf("%s, %s, %s", roleName, cacheName, scopeName), func(t *testing.T) {
					ctx := newContext(t)
					provider := generateToken(t, momento.GenerateDisposableTokenRequest{Scope: scope.scope})
					client := newTopicClient(t, topicConfiguration(), provider)
					for _, topic := range scope.allowed {
						expectMay(t, ctx, client, "default", topic, role.may)
						elsewhere := role.may
						if !cache.IsAllCaches() {
							elsewhere = allowance{}
						}
						expectMay(t, ctx, client, otherCache, topic, elsewhere)
					}
					for _, topic := range scope.denied {
						expectMay(t, ctx, client, "default", topic, allowance{})
					}
					expectManagesNothing(t, ctx, provider)
				})
			}
		}
	}
}

func expectManagesNothing(t *testing.T, ctx context.Context, provider auth.CredentialProvider) {
	t.Helper()
	caches := newCacheClient(t, provider)
	_, err := caches.CreateCache(ctx, &momento.CreateCacheRequest{CacheName: "not-mine"})
	expectDenied(t, "CreateCache", err)
	_, err = caches.DeleteCache(ctx, &momento.DeleteCacheRequest{CacheName: "default"})
	expectDenied(t, "DeleteCache", err)
	_, err = caches.ListCaches(ctx, &momento.ListCachesRequest{})
	expectDenied(t, "ListCaches", err)
}

func TestTokensForCachesSayNothingOfTopics(t *testing.T) {
	key := momento.String("news")
	for cacheName, cache := range cacheSelectors {
		for helper, scope := range map[string]momento.DisposableTokenScope{
			"CacheReadWrite":          momento.CacheReadWrite(cache),
			"CacheReadOnly":           momento.CacheReadOnly(cache),
			"CacheWriteOnly":          momento.CacheWriteOnly(cache),
			"CacheKeyReadWrite":       momento.CacheKeyReadWrite(cache, key),
			"CacheKeyReadOnly":        momento.CacheKeyReadOnly(cache, key),
			"CacheKeyWriteOnly":       momento.CacheKeyWriteOnly(cache, key),
			"CacheKeyPrefixReadWrite": momento.CacheKeyPrefixReadWrite(cache, key),
			"CacheKeyPrefixReadOnly":  momento.CacheKeyPrefixReadOnly(cache, key),
			"CacheKeyPrefixWriteOnly": momento.CacheKeyPrefixWriteOnly(cache, key),
		} {
			t.Run(helper+", "+cacheName, func(t *testing.T) {
				ctx := newContext(t)
				provider := generateToken(t, momento.GenerateDisposableTokenRequest{Scope: scope})
				client := newTopicClient(t, topicConfiguration(), provider)
				expectMay(t, ctx, client, "default", "news", allowance{})
				expectManagesNothing(t, ctx, provider)
			})
		}
	}
}

func TestATokenIdComesWithItems(t *testing.T) {
	ctx, topic, id := newContext(t), uniqueName("topic"), "myTokenID"
	provider := generateToken(t, momento.GenerateDisposableTokenRequest{
		Scope: momento.TopicPublishSubscribe(momento.CacheName{Name: "default"}, momento.TopicName{Name: topic}),
		Props: momento.DisposableTokenProps{TokenId: &id},
	})
	client := newTopicClient(t, topicConfiguration(), provider)
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: "default", TopicName: topic})
	publish(t, ctx, client, "default", topic, momento.String("value"))
	if got := readItems(t, ctx, subscription, 1)[0].GetPublisherId(); string(got) != id {
		t.Fatalf("publisher id %q", got)
	}
}

func TestATokenEnds(t *testing.T) {
	ctx := newContext(t)
	provider := generateToken(t, momento.GenerateDisposableTokenRequest{
		ExpiresIn: utils.ExpiresInSeconds(1),
		Scope:     momento.AllDataReadWrite,
	})
	client := newTopicClient(t, topicConfiguration(), provider)
	for {
		_, err := client.Publish(ctx, &momento.TopicPublishRequest{CacheName: "default", TopicName: "topic", Value: momento.String("value")})
		if err != nil {
			expectCode(t, err, momento.AuthenticationError)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestTokensThatTheServerRefuses(t *testing.T) {
	ctx := newContext(t)
	rule := momento.TopicPermission{Cache: momento.AllCaches{}, Topic: momento.AllTopics{}, Role: momento.SubscribeOnly}
	contrary := rule
	contrary.Role = momento.PublishSubscribe
	longID := strings.Repeat("x", 66)
	for name, request := range map[string]momento.GenerateDisposableTokenRequest{
		"more than 25 hours": {ExpiresIn: utils.ExpiresInSeconds(90_001), Scope: momento.AllDataReadWrite},
		"a contradiction":    {ExpiresIn: utils.ExpiresInHours(1), Scope: momento.Permissions{Permissions: []momento.Permission{rule, contrary}}},
		"nothing":            {ExpiresIn: utils.ExpiresInHours(1), Scope: momento.Permissions{}},
		"a long token id":    {ExpiresIn: utils.ExpiresInHours(1), Scope: momento.AllDataReadWrite, Props: momento.DisposableTokenProps{TokenId: &longID}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newOwner(t).GenerateDisposableToken(ctx, &request)
			if err == nil || !strings.Contains(fmt.Sprintf("%T %v", err, err), "InvalidArgument") {
				t.Fatalf("%T %v", err, err)
			}
		})
	}
}

func TestAKeyWithRulesOfItsOwnIsRefreshed(t *testing.T) {
	ctx := newContext(t)
	generated, err := newOwner(t).GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{
		ExpiresIn: utils.ExpiresInHours(1),
		Scope:     momento.TopicSubscribeOnly(momento.AllCaches{}, momento.AllTopics{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	old := generated.(*authresponses.GenerateApiKeySuccess)
	refreshed, err := newAuthClient(t, keyProvider(t, old.ApiKey, closedPort)).RefreshApiKey(ctx, &momento.RefreshApiKeyRequest{RefreshToken: old.RefreshToken})
	if err != nil {
		t.Fatal(err)
	}
	fresh := refreshed.(*authresponses.RefreshApiKeySuccess)
	if fresh.ApiKey == old.ApiKey || fresh.RefreshToken == old.RefreshToken {
		t.Fatal("the key is the old one")
	}
	// The client wraps a key that it has generated, and not one that it has refreshed.
	wrapped := fmt.Sprintf(`{"endpoint":%q,"api_key":%q}`, fresh.Endpoint, fresh.ApiKey)
	provider := keyProvider(t, base64.StdEncoding.EncodeToString([]byte(wrapped)), closedPort)
	client := newTopicClient(t, topicConfiguration(), provider)
	expectMay(t, ctx, client, "default", "news", allowance{false, true})
	expectManagesNothing(t, ctx, provider)

	owner := newCacheClient(t, keyProvider(t, closedAPIKey, closedPort))
	if listed, err := owner.ListCaches(ctx, &momento.ListCachesRequest{}); err != nil {
		t.Fatal(err)
	} else if _, ok := listed.(*responses.ListCachesSuccess); !ok {
		t.Fatalf("%T", listed)
	}
}
