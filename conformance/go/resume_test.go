package conformance

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/momentohq/client-sdk-go/momento"
)

func TestResumeIsInclusive(t *testing.T) {
	ctx, client, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	values := makeTexts("message", 3)
	fresh := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	publish(t, ctx, client, cache, topic, values...)
	page := readItems(t, ctx, fresh, 3)[0].GetTopicSequencePage()

	for _, askedPage := range []uint64{0, page} {
		resumed := subscribe(t, ctx, client, momento.TopicSubscribeRequest{
			CacheName: cache, TopicName: topic, ResumeAtTopicSequenceNumber: 2, SequencePage: askedPage,
		})
		expectItems(t, readItems(t, ctx, resumed, 2), 2, values[1:])
	}
}

func TestExactResumeReplaysNothing(t *testing.T) {
	ctx, client, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	fresh := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	publish(t, ctx, client, cache, topic, makeTexts("message", 3)...)
	page := readItems(t, ctx, fresh, 3)[0].GetTopicSequencePage()
	resumed := subscribe(t, ctx, client, momento.TopicSubscribeRequest{
		CacheName: cache, TopicName: topic, ResumeAtTopicSequenceNumber: 4, SequencePage: page,
	})
	publish(t, ctx, client, cache, topic, momento.String("next"))
	expectItems(t, readItems(t, ctx, resumed, 1), 4, []momento.TopicValue{momento.String("next")})
}

func TestImpossiblePosition(t *testing.T) {
	ctx, client, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	publish(t, ctx, client, cache, topic, momento.String("only"))
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{
		CacheName: cache, TopicName: topic, ResumeAtTopicSequenceNumber: 300, SequencePage: 5435435,
	})
	for {
		event, err := subscription.Event(ctx)
		if err != nil {
			t.Fatal(err)
		}
		// A discontinuity in front is allowed.
		if item, ok := event.(momento.TopicItem); ok {
			expectItems(t, []momento.TopicItem{item}, 1, []momento.TopicValue{momento.String("only")})
			return
		}
	}
}

// The client reconnects by itself, and asks for the last item again (wire contract 5.5).
func TestNothingIsLostOverCuts(t *testing.T) {
	ctx, direct, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	cuttable := startProxy(t, openPort)
	client := newTopicClient(t, topicConfiguration(), localProvider(t, cuttable.port()))
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})

	const rounds, before, meanwhile = 3, 200, 500
	var values []momento.TopicValue
	var items []momento.TopicItem
	duplicates := 0
	read := func(upTo int) {
		for len(items) < upTo {
			event, err := subscription.Event(ctx)
			if err != nil {
				t.Fatalf("after %d items: %v", len(items), err)
			}
			switch event := event.(type) {
			case momento.TopicDiscontinuity:
				t.Fatalf("a discontinuity after %d items: %+v", len(items), event)
			case momento.TopicItem:
				if len(items) > 0 && event.GetTopicSequenceNumber() == items[len(items)-1].GetTopicSequenceNumber() {
					duplicates++
					continue
				}
				items = append(items, event)
			}
		}
	}
	for round := range rounds {
		values = append(values, makeTexts(fmt.Sprintf("%d-before", round), before)...)
		publish(t, ctx, direct, cache, topic, values[len(values)-before:]...)
		read(len(values))
		cuttable.refused.Store(true)
		if cuttable.cut() == 0 {
			t.Fatal("there was no connection to cut")
		}
		values = append(values, makeTexts(fmt.Sprintf("%d-meanwhile", round), meanwhile)...)
		publish(t, ctx, direct, cache, topic, values[len(values)-meanwhile:]...)
		cuttable.refused.Store(false)
		read(len(values))
	}
	expectItems(t, items, 1, values)
	if duplicates > rounds {
		t.Fatalf("%d items came twice over %d cuts: only the last one may each time", duplicates, rounds)
	}
}

func TestDiscontinuityBeyondTheRing(t *testing.T) {
	ctx, direct, cache, topic := newContext(t), newClient(t), newCache(t), uniqueName("topic")
	cuttable := startProxy(t, openPort)
	client := newTopicClient(t, topicConfiguration(), localProvider(t, cuttable.port()))
	subscription := subscribe(t, ctx, client, momento.TopicSubscribeRequest{CacheName: cache, TopicName: topic})
	publish(t, ctx, direct, cache, topic, makeTexts("before", 10)...)
	page := readItems(t, ctx, subscription, 10)[9].GetTopicSequencePage()

	cuttable.refused.Store(true)
	cuttable.cut()
	// More than the 8,192 items that the server keeps.
	const missed = 9_000
	publishConcurrently(t, ctx, direct, cache, topic, makeTexts("missed", missed))
	cuttable.refused.Store(false)

	var discontinuities []momento.TopicDiscontinuity
	var numbers []uint64
	for len(numbers) == 0 || numbers[len(numbers)-1] < 10+missed {
		event, err := subscription.Event(ctx)
		if err != nil {
			t.Fatal(err)
		}
		switch event := event.(type) {
		case momento.TopicDiscontinuity:
			if len(numbers) > 0 {
				t.Fatalf("a discontinuity after item %d: %+v", numbers[len(numbers)-1], event)
			}
			discontinuities = append(discontinuities, event)
		case momento.TopicItem:
			numbers = append(numbers, event.GetTopicSequenceNumber())
		}
	}
	if len(discontinuities) != 1 {
		t.Fatalf("%d discontinuities instead of 1", len(discontinuities))
	}
	gap := discontinuities[0]
	if gap.GetLastKnownSequenceNumber() > 10 || gap.GetNewSequenceNumber() <= 10 || gap.GetNewSequencePage() != page {
		t.Fatalf("it should tell of a gap after 10 on page %d: %+v", page, gap)
	}
	for index, number := range numbers {
		if want := gap.GetNewSequenceNumber() + 1 + uint64(index); number != want {
			t.Fatalf("after %+v item %d has number %d instead of %d", gap, index, number, want)
		}
	}
	if len(numbers) < 8_000 {
		t.Fatalf("only %d items were kept", len(numbers))
	}
}

func publishConcurrently(t *testing.T, ctx context.Context, client momento.TopicClient, cache, topic string, values []momento.TopicValue) {
	t.Helper()
	work := make(chan momento.TopicValue)
	failures := make(chan error, 16)
	var workers sync.WaitGroup
	for range cap(failures) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for value := range work {
				if _, err := client.Publish(ctx, &momento.TopicPublishRequest{CacheName: cache, TopicName: topic, Value: value}); err != nil {
					select {
					case failures <- err:
					default:
					}
				}
			}
		}()
	}
	for _, value := range values {
		work <- value
	}
	close(work)
	workers.Wait()
	select {
	case err := <-failures:
		t.Fatal(err)
	default:
	}
}
