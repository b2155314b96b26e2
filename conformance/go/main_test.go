// Package conformance drives a built Subito server with the published Momento client for Go.
package conformance

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/config"
	"github.com/momentohq/client-sdk-go/config/logger"
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/responses"
)

// Long enough for a busy machine; no test measures time.
const patience = 90 * time.Second

var (
	// The port of a server that lets everyone in.
	openPort = readPort("MOMENTO_PORT")
	// The port of a server that wants a key, and the key as it was printed.
	closedPort   = readPort("MOMENTO_CLOSED_PORT")
	closedAPIKey = os.Getenv("MOMENTO_CLOSED_API_KEY")

	nameCount atomic.Uint64
)

func readPort(variable string) uint {
	port, err := strconv.ParseUint(os.Getenv(variable), 10, 16)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s must hold a port; run.mjs sets it: %v\n", variable, err)
		os.Exit(2)
	}
	return uint(port)
}

func uniqueName(prefix string) string {
	return fmt.Sprintf("go-%s-%d-%d", prefix, time.Now().UnixNano(), nameCount.Add(1))
}

// newContext is for everything a test does: the client reconnects a subscription with the context of the Event call in
// which it noticed the loss, so that one context a call would end the new stream at once.
func newContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func localProvider(t *testing.T, port uint) auth.CredentialProvider {
	t.Helper()
	provider, err := auth.NewMomentoLocalProvider(&auth.MomentoLocalConfig{Hostname: "127.0.0.1", Port: port})
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

// keyProvider parses the text of a key as any application does, and replaces the endpoints, whose port the client fixes.
func keyProvider(t *testing.T, apiKey string, port uint) auth.CredentialProvider {
	t.Helper()
	parsed, err := auth.FromString(apiKey)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := auth.Endpoint{Endpoint: fmt.Sprintf("127.0.0.1:%d", port), InsecureConnection: true}
	provider, err := parsed.WithEndpoints(auth.AllEndpoints{
		ControlEndpoint: endpoint,
		CacheEndpoint:   endpoint,
		TokenEndpoint:   endpoint,
		StorageEndpoint: endpoint,
	})
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func topicConfiguration() config.TopicsConfiguration {
	return config.TopicsDefaultWithLogger(logger.NewNoopMomentoLoggerFactory())
}

func newTopicClient(t *testing.T, configuration config.TopicsConfiguration, provider auth.CredentialProvider) momento.TopicClient {
	t.Helper()
	client, err := momento.NewTopicClient(configuration, provider)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// newClient is a topic client in the form an application gets it, on the open server.
func newClient(t *testing.T) momento.TopicClient {
	t.Helper()
	return newTopicClient(t, topicConfiguration(), localProvider(t, openPort))
}

func newCacheClient(t *testing.T, provider auth.CredentialProvider) momento.CacheClient {
	t.Helper()
	client, err := momento.NewCacheClientWithEagerConnectTimeout(
		config.LaptopLatestWithLogger(logger.NewNoopMomentoLoggerFactory()), provider, time.Minute, 0,
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// newCache makes a cache of the test's own.
func newCache(t *testing.T) string {
	t.Helper()
	client := newCacheClient(t, localProvider(t, openPort))
	name := uniqueName("cache")
	response, err := client.CreateCache(context.Background(), &momento.CreateCacheRequest{CacheName: name})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := response.(*responses.CreateCacheSuccess); !ok {
		t.Fatalf("CreateCache: %T", response)
	}
	t.Cleanup(func() {
		deleting := newDeletingClient(t)
		defer deleting.Close()
		_, _ = deleting.DeleteCache(context.Background(), &momento.DeleteCacheRequest{CacheName: name})
	})
	return name
}

// newDeletingClient is for cleanups, which run when the test's own clients may be closed already.
func newDeletingClient(t *testing.T) momento.CacheClient {
	client, err := momento.NewCacheClientWithEagerConnectTimeout(
		config.LaptopLatestWithLogger(logger.NewNoopMomentoLoggerFactory()), localProvider(t, openPort), time.Minute, 0,
	)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func subscribe(t *testing.T, ctx context.Context, client momento.TopicClient, request momento.TopicSubscribeRequest) momento.TopicSubscription {
	t.Helper()
	subscription, err := client.Subscribe(ctx, &request)
	if err != nil {
		t.Fatalf("Subscribe: %v", err)
	}
	t.Cleanup(subscription.Close)
	return subscription
}

func publish(t *testing.T, ctx context.Context, client momento.TopicClient, cache, topic string, values ...momento.TopicValue) {
	t.Helper()
	for _, value := range values {
		request := &momento.TopicPublishRequest{CacheName: cache, TopicName: topic, Value: value}
		if _, err := client.Publish(ctx, request); err != nil {
			t.Fatalf("Publish: %v", err)
		}
	}
}

func makeTexts(prefix string, count int) []momento.TopicValue {
	values := make([]momento.TopicValue, count)
	for index := range values {
		values[index] = momento.String(fmt.Sprintf("%s-%d", prefix, index))
	}
	return values
}

// readItems reads this many items; heartbeats are left out, and a discontinuity fails the test.
func readItems(t *testing.T, ctx context.Context, subscription momento.TopicSubscription, count int) []momento.TopicItem {
	t.Helper()
	items := make([]momento.TopicItem, 0, count)
	for len(items) < count {
		event, err := subscription.Event(ctx)
		if err != nil {
			t.Fatalf("Event after %d of %d items: %v", len(items), count, err)
		}
		switch event := event.(type) {
		case momento.TopicItem:
			items = append(items, event)
		case momento.TopicDiscontinuity:
			t.Fatalf("an unexpected discontinuity after %d items: %+v", len(items), event)
		}
	}
	return items
}

// expectItems checks values, and numbers that grow by one from the first.
func expectItems(t *testing.T, items []momento.TopicItem, first uint64, values []momento.TopicValue) {
	t.Helper()
	if len(items) != len(values) {
		t.Fatalf("%d items instead of %d", len(items), len(values))
	}
	for index, item := range items {
		if want := first + uint64(index); item.GetTopicSequenceNumber() != want {
			t.Fatalf("item %d has number %d instead of %d", index, item.GetTopicSequenceNumber(), want)
		}
		if got, want := describe(item.GetValue()), describe(values[index]); got != want {
			t.Fatalf("item %d is %.100s instead of %.100s", index, got, want)
		}
		if item.GetTopicSequencePage() != items[0].GetTopicSequencePage() {
			t.Fatalf("item %d has page %d, the first %d", index, item.GetTopicSequencePage(), items[0].GetTopicSequencePage())
		}
	}
}

// describe tells values apart, their kinds included.
func describe(value momento.TopicValue) string {
	return fmt.Sprintf("%T %q", value, value)
}

func expectCode(t *testing.T, err error, code string) momento.MomentoError {
	t.Helper()
	momentoError, ok := err.(momento.MomentoError)
	if !ok {
		t.Fatalf("%s was expected, got %v", code, err)
	}
	if momentoError.Code() != code {
		t.Fatalf("%s was expected, got %s: %s", code, momentoError.Code(), momentoError.Message())
	}
	return momentoError
}

// proxy is a TCP proxy whose connections a test can cut and refuse.
type proxy struct {
	listener net.Listener
	target   string
	refused  atomic.Bool
	// Bytes passed on to clients.
	fromServer atomic.Int64
	mutex      sync.Mutex
	open       map[net.Conn]net.Conn
}

func startProxy(t *testing.T, port uint) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	made := &proxy{listener: listener, target: fmt.Sprintf("127.0.0.1:%d", port), open: map[net.Conn]net.Conn{}}
	go made.accept()
	t.Cleanup(func() {
		_ = listener.Close()
		made.cut()
	})
	return made
}

func (p *proxy) port() uint {
	return uint(p.listener.Addr().(*net.TCPAddr).Port)
}

// cut ends every open connection at both sides; how many there were.
func (p *proxy) cut() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for client, server := range p.open {
		_ = client.Close()
		_ = server.Close()
	}
	count := len(p.open)
	p.open = map[net.Conn]net.Conn{}
	return count
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		if p.refused.Load() {
			_ = client.Close()
			continue
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mutex.Lock()
		p.open[client] = server
		p.mutex.Unlock()
		go p.forward(client, server, client)
		go p.forward(server, client, client)
	}
}

func (p *proxy) forward(from, to, client net.Conn) {
	buffer := make([]byte, 64*1024)
	for {
		count, err := from.Read(buffer)
		if count > 0 {
			if to == client {
				p.fromServer.Add(int64(count))
			}
			if _, writeError := to.Write(buffer[:count]); writeError != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	_ = from.Close()
	_ = to.Close()
	p.mutex.Lock()
	delete(p.open, client)
	p.mutex.Unlock()
}
