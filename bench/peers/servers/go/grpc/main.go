// Peer: publish/subscribe with grpc-go as its documentation teaches it: a handler for each subscriber, fed by a channel.
// Prints "port N" when it listens.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"

	"subito-bench-grpc/pubsub"
)

// A subscriber that is so many messages behind makes the publisher wait: nothing is dropped.
const messagesAhead = 1024

type subscriber struct {
	items chan *pubsub.XSubscriptionItem
	done  <-chan struct{}
}

type topic struct {
	mutex       sync.Mutex
	page        uint64
	sequence    uint64
	subscribers map[*subscriber]struct{}
}

type server struct {
	pubsub.UnimplementedPubsubServer
	mutex  sync.Mutex
	topics map[string]*topic
}

func (s *server) topicOf(cacheName, name string) *topic {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	key := cacheName + "\n" + name
	found := s.topics[key]
	if found == nil {
		found = &topic{page: uint64(time.Now().UnixMilli()), subscribers: map[*subscriber]struct{}{}}
		s.topics[key] = found
	}
	return found
}

func (t *topic) add(one *subscriber) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.subscribers[one] = struct{}{}
}

func (t *topic) remove(one *subscriber) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.subscribers, one)
}

func (t *topic) publish(value *pubsub.XTopicValue) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.sequence++
	item := &pubsub.XSubscriptionItem{Kind: &pubsub.XSubscriptionItem_Item{Item: &pubsub.XTopicItem{
		TopicSequenceNumber: t.sequence,
		Value:               value,
		SequencePage:        t.page,
	}}}
	for one := range t.subscribers {
		select {
		case one.items <- item:
		case <-one.done:
		}
	}
}

func (s *server) Publish(_ context.Context, request *pubsub.XPublishRequest) (*pubsub.XEmpty, error) {
	s.topicOf(request.GetCacheName(), request.GetTopic()).publish(request.GetValue())
	return &pubsub.XEmpty{}, nil
}

func (s *server) Subscribe(
	request *pubsub.XSubscriptionRequest,
	stream grpc.ServerStreamingServer[pubsub.XSubscriptionItem],
) error {
	done := stream.Context().Done()
	one := &subscriber{items: make(chan *pubsub.XSubscriptionItem, messagesAhead), done: done}
	topic := s.topicOf(request.GetCacheName(), request.GetTopic())
	topic.add(one)
	defer topic.remove(one)
	heartbeat := &pubsub.XSubscriptionItem_Heartbeat{Heartbeat: &pubsub.XHeartbeat{}}
	if err := stream.Send(&pubsub.XSubscriptionItem{Kind: heartbeat}); err != nil {
		return err
	}
	for {
		select {
		case item := <-one.items:
			if err := stream.Send(item); err != nil {
				return err
			}
		case <-done:
			return nil
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	grpcServer := grpc.NewServer()
	pubsub.RegisterPubsubServer(grpcServer, &server{topics: map[string]*topic{}})
	log.Fatal(grpcServer.Serve(listener))
}
