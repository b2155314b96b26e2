package conformance

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
)

const (
	itemBytesMax = 1 << 20
	manyStreams  = 500
	// An answer to a PING over cleartext: a frame's header and 8 bytes.
	pingAnswerBytes = 17
)

func TestPublishAndSubscribe(t *testing.T) {
	forEachTransport(t, func(t *testing.T, ctx context.Context, client *client) {
		topic := uniqueName("topic")
		stream := client.subscribe(t, ctx, topic)
		for index, text := range []string{"first", "zażółć 🎈", strings.Repeat("compress me ", 1000)} {
			var options []grpc.CallOption
			if index == 2 {
				options = append(options, grpc.UseCompressor(gzip.Name))
			}
			client.mustPublish(t, ctx, topic, text, options...)
			if item := receiveItem(t, stream); item.text != text || item.sequence != uint64(index+1) {
				t.Fatalf("item %d is %.100q with number %d", index, item.text, item.sequence)
			}
		}
	})
}

func TestErrors(t *testing.T) {
	forEachTransport(t, func(t *testing.T, ctx context.Context, client *client) {
		_, err := client.publish(ctx, "żółw-🐢", "topic", "text")
		if message := expectCode(t, err, codes.NotFound).Message(); message == "" || strings.Contains(message, "%") {
			t.Fatalf("no message to read: %q", message)
		}
		stream, err := client.startSubscribe(ctx, "no-such-cache", "topic")
		if err != nil {
			t.Fatal(err)
		}
		expectCode(t, receiveEnd(stream), codes.NotFound)
		_, err = client.publish(ctx, "default", "", "text")
		expectCode(t, err, codes.InvalidArgument)
		trailer, err := client.publish(ctx, "default", "topic", strings.Repeat("x", itemBytesMax+1))
		details := expectCode(t, err, codes.ResourceExhausted)
		if !strings.Contains(strings.ToLower(details.Message()), "request limit") || len(details.Details()) != 0 {
			t.Fatalf("unexpected details: %v", details.Proto())
		}
		if cause := trailer.Get("err"); len(cause) != 1 || cause[0] != "request_size_limit_exceeded" {
			t.Fatalf("the trailer names %v as the cause", cause)
		}
		var answer message
		request := toPublishRequest("default", "topic", "text")
		for _, path := range []string{"/cache_client.pubsub.Pubsub/Unknown", "/no.Such/Service"} {
			expectCode(t, client.Invoke(ctx, path, request, &answer), codes.Unimplemented)
		}
		expectOneConnection(t, ctx, client)
	})
}

func TestKeys(t *testing.T) {
	forEachTransport(t, func(t *testing.T, ctx context.Context, client *client) {
		with := func(token string) context.Context {
			return metadata.AppendToOutgoingContext(ctx, "authorization", token)
		}
		_, err := client.publish(with("wrong"), "default", "topic", "text")
		expectCode(t, err, codes.Unauthenticated)
		stream, err := client.startSubscribe(with(token+"x"), "default", "topic")
		if err != nil {
			t.Fatal(err)
		}
		expectCode(t, receiveEnd(stream), codes.Unauthenticated)
		client.mustPublish(t, with(token), "topic", "text")
	})
}

func TestDeadline(t *testing.T) {
	forEachTransport(t, func(t *testing.T, ctx context.Context, client *client) {
		client.mustPublish(t, ctx, uniqueName("topic"), "connects")
		short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		stream, err := client.startSubscribe(short, "default", uniqueName("quiet"))
		if err == nil {
			err = receiveEnd(stream)
		}
		expectCode(t, err, codes.DeadlineExceeded)
		expectOneConnection(t, ctx, client)
	})
}

func TestCancel(t *testing.T) {
	forEachTransport(t, func(t *testing.T, ctx context.Context, client *client) {
		topic := uniqueName("topic")
		kept := client.subscribe(t, ctx, topic)
		canceled, cancel := context.WithCancel(ctx)
		stream := client.subscribe(t, canceled, topic)
		cancel()
		expectCode(t, receiveEnd(stream), codes.Canceled)
		client.mustPublish(t, ctx, topic, "for the other one")
		if item := receiveItem(t, kept); item.text != "for the other one" {
			t.Fatalf("unexpected item %+v", item)
		}
		expectOneConnection(t, ctx, client)
	})
}

func TestLargeMessages(t *testing.T) {
	forEachTransport(t, func(t *testing.T, ctx context.Context, client *client) {
		topic := uniqueName("topic")
		stream := client.subscribe(t, ctx, topic)
		// More than fits into the flow-control window, several times.
		for index := range 8 {
			text := strings.Repeat(fmt.Sprint(index), itemBytesMax)
			client.mustPublish(t, ctx, topic, text)
			if item := receiveItem(t, stream); item.text != text {
				t.Fatalf("item %d has %d bytes and begins with %.20q", index, len(item.text), item.text)
			}
		}
	})
}

func TestManyStreams(t *testing.T) {
	forEachTransport(t, func(t *testing.T, ctx context.Context, client *client) {
		topics := make([]string, manyStreams)
		streams := make([]grpc.ClientStream, manyStreams)
		for index := range topics {
			topics[index] = uniqueName("topic")
			streams[index] = client.subscribe(t, ctx, topics[index])
		}
		var calls sync.WaitGroup
		for _, topic := range topics {
			calls.Go(func() {
				if _, err := client.publish(ctx, "default", topic, topic); err != nil {
					t.Errorf("Publish: %v", err)
				}
			})
		}
		calls.Wait()
		for index, stream := range streams {
			if item := receiveItem(t, stream); item.text != topics[index] {
				t.Fatalf("stream %d received %q instead of %q", index, item.text, topics[index])
			}
		}
		expectOneConnection(t, ctx, client)
	})
}

// The library waits 10 s between two pings at least. A server that counts them as strikes says too_many_pings at the third. The first
// of the four answers may be the one by which the library estimates the bandwidth.
func TestKeepalive(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client := newClient(t, address, insecure.NewCredentials(), grpc.WithKeepaliveParams(
		keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 30 * time.Second, PermitWithoutStream: true},
	))
	client.mustPublish(t, ctx, uniqueName("topic"), "connects")
	receivedBefore := client.received.Load()
	for client.received.Load() < receivedBefore+4*pingAnswerBytes {
		if ctx.Err() != nil {
			t.Fatalf("%d bytes came while the answers to pings were waited for", client.received.Load()-receivedBefore)
		}
		time.Sleep(50 * time.Millisecond)
	}
	expectOneConnection(t, ctx, client)
}

func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client := newClient(t, tlsAddress, credentials.NewTLS(&tls.Config{RootCAs: x509.NewCertPool()}))
	_, err := client.publish(ctx, "default", "topic", "text")
	message := expectCode(t, err, codes.Unavailable).Message()
	if !strings.Contains(message, "certificate signed by unknown authority") {
		t.Fatalf("unexpected message %q", message)
	}
}

// expectOneConnection checks that the connection works, and is still the first one.
func expectOneConnection(t *testing.T, ctx context.Context, client *client) {
	t.Helper()
	client.mustPublish(t, ctx, uniqueName("topic"), "still here")
	if dials := client.dials.Load(); dials != 1 {
		t.Fatalf("%d connections were made", dials)
	}
}
