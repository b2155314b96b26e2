package conformance

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Long enough for a busy machine; no test measures time.
const patience = 90 * time.Second

var (
	address    = readVariable("SUBITO_ADDRESS")
	tlsAddress = readVariable("SUBITO_TLS_ADDRESS")
	caFile     = readVariable("SUBITO_CA_FILE")
	token      = readVariable("SUBITO_TOKEN")

	nameCount atomic.Uint64
)

func readVariable(name string) string {
	value := os.Getenv(name)
	if value == "" {
		fmt.Fprintf(os.Stderr, "%s is missing; run.mjs sets it\n", name)
		os.Exit(2)
	}
	return value
}

// client is one connection, with what the tests want to know about it.
type client struct {
	*grpc.ClientConn
	dials atomic.Int64
	// Bytes that came from the server, TLS included.
	received atomic.Int64
}

// forEachTransport runs a test over cleartext and over TLS, each with a connection of its own.
func forEachTransport(t *testing.T, test func(t *testing.T, ctx context.Context, client *client)) {
	t.Parallel()
	transports := map[string]struct {
		address     string
		credentials credentials.TransportCredentials
	}{
		"cleartext": {address, insecure.NewCredentials()},
		"tls":       {tlsAddress, credentials.NewTLS(&tls.Config{RootCAs: readRoots(t)})},
	}
	for name, transport := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			t.Cleanup(cancel)
			test(t, ctx, newClient(t, transport.address, transport.credentials))
		})
	}
}

func readRoots(t *testing.T) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no certificate", caFile)
	}
	return roots
}

func newClient(t *testing.T, address string, transport credentials.TransportCredentials, options ...grpc.DialOption) *client {
	t.Helper()
	made := &client{}
	dial := func(ctx context.Context, target string) (net.Conn, error) {
		made.dials.Add(1)
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", target)
		return countingConn{connection, &made.received}, err
	}
	connection, err := grpc.NewClient("passthrough:///"+address, append([]grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithContextDialer(dial),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(rawCodec{})),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	made.ClientConn = connection
	t.Cleanup(func() { _ = connection.Close() })
	return made
}

type countingConn struct {
	net.Conn
	received *atomic.Int64
}

func (c countingConn) Read(into []byte) (int, error) {
	count, err := c.Conn.Read(into)
	c.received.Add(int64(count))
	return count, err
}

func uniqueName(prefix string) string {
	return fmt.Sprintf("grpc-go-%s-%d-%d", prefix, time.Now().UnixNano(), nameCount.Add(1))
}

// publish returns the trailer, which holds the cause of some errors.
func (c *client) publish(ctx context.Context, cache, topic, text string, options ...grpc.CallOption) (metadata.MD, error) {
	var answer message
	var trailer metadata.MD
	err := c.Invoke(ctx, publishPath, toPublishRequest(cache, topic, text), &answer, append(options, grpc.Trailer(&trailer))...)
	return trailer, err
}

func (c *client) mustPublish(t *testing.T, ctx context.Context, topic, text string, options ...grpc.CallOption) {
	t.Helper()
	if _, err := c.publish(ctx, "default", topic, text, options...); err != nil {
		t.Fatalf("Publish: %v", err)
	}
}

// subscribe returns when the first heartbeat has come: what is published from now on will be received.
func (c *client) subscribe(t *testing.T, ctx context.Context, topic string) grpc.ClientStream {
	t.Helper()
	stream, err := c.startSubscribe(ctx, "default", topic)
	if err != nil {
		t.Fatalf("Subscribe: %v", err)
	}
	first, err := receive(stream)
	if err != nil || !first.isHeartbeat {
		t.Fatalf("a heartbeat was expected, got %+v, %v", first, err)
	}
	return stream
}

func (c *client) startSubscribe(ctx context.Context, cache, topic string) (grpc.ClientStream, error) {
	stream, err := c.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, subscribePath)
	if err != nil {
		return nil, err
	}
	if err := stream.SendMsg(toSubscribeRequest(cache, topic)); err != nil {
		return nil, err
	}
	return stream, stream.CloseSend()
}

func receive(stream grpc.ClientStream) (event, error) {
	var received message
	if err := stream.RecvMsg(&received); err != nil {
		return event{}, err
	}
	return parseEvent(received)
}

func receiveItem(t *testing.T, stream grpc.ClientStream) event {
	t.Helper()
	for {
		received, err := receive(stream)
		if err != nil {
			t.Fatalf("an item was expected: %v", err)
		}
		if !received.isHeartbeat {
			return received
		}
	}
}

// receiveEnd reads to the end of a stream.
func receiveEnd(stream grpc.ClientStream) error {
	for {
		if _, err := receive(stream); err != nil {
			return err
		}
	}
}

func expectCode(t *testing.T, err error, code codes.Code) *status.Status {
	t.Helper()
	got := status.Convert(err)
	if got.Code() != code {
		t.Fatalf("%s was expected, got %v", code, err)
	}
	return got
}
