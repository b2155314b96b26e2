package conformance

import (
	"context"
	"strings"
	"testing"

	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/responses"
)

func listCaches(t *testing.T, ctx context.Context, client momento.CacheClient) map[string]int {
	t.Helper()
	response, err := client.ListCaches(ctx, &momento.ListCachesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, info := range response.(*responses.ListCachesSuccess).Caches() {
		counts[info.Name()]++
	}
	return counts
}

func TestCreateListAndDelete(t *testing.T) {
	ctx := newContext(t)
	client := newCacheClient(t, localProvider(t, openPort))
	name := uniqueName("cache")

	created, err := client.CreateCache(ctx, &momento.CreateCacheRequest{CacheName: name})
	if _, ok := created.(*responses.CreateCacheSuccess); !ok {
		t.Fatalf("the first time: %T %v", created, err)
	}
	again, err := client.CreateCache(ctx, &momento.CreateCacheRequest{CacheName: name})
	if _, ok := again.(*responses.CreateCacheAlreadyExists); !ok {
		t.Fatalf("the second time: %T %v", again, err)
	}

	counts := listCaches(t, ctx, client)
	if counts[name] != 1 || counts["default"] != 1 {
		t.Fatalf("listed: %v", counts)
	}
	if _, err := client.DeleteCache(ctx, &momento.DeleteCacheRequest{CacheName: name}); err != nil {
		t.Fatal(err)
	}
	if counts := listCaches(t, ctx, client); counts[name] != 0 {
		t.Fatalf("listed after it was deleted: %v", counts)
	}
	// The client turns NOT_FOUND into success.
	if _, err := client.DeleteCache(ctx, &momento.DeleteCacheRequest{CacheName: name}); err != nil {
		t.Fatalf("deleting a missing cache: %v", err)
	}
}

func TestCacheNameThatTheServerRefuses(t *testing.T) {
	client := newCacheClient(t, localProvider(t, openPort))
	for _, name := range []string{strings.Repeat("x", 256), "a\x00b"} {
		_, err := client.CreateCache(newContext(t), &momento.CreateCacheRequest{CacheName: name})
		expectCode(t, err, momento.InvalidArgumentError)
	}
}
