// Package conformance drives a built Subito server with grpc-go alone: no generated code, each call by its path.
package conformance

import (
	"fmt"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

const (
	publishPath   = "/cache_client.pubsub.Pubsub/Publish"
	subscribePath = "/cache_client.pubsub.Pubsub/Subscribe"
)

// message is the bytes of a protobuf message.
type message []byte

// rawCodec passes messages on as they are.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(value any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*value.(*message))}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, value any) error {
	*value.(*message) = data.Materialize()
	return nil
}

func appendField(to message, number protowire.Number, value []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), value)
}

func toPublishRequest(cache, topic, text string) *message {
	request := appendField(nil, 1, []byte(cache))
	request = appendField(request, 2, []byte(topic))
	request = appendField(request, 3, appendField(nil, 1, []byte(text)))
	return &request
}

func toSubscribeRequest(cache, topic string) *message {
	request := appendField(nil, 1, []byte(cache))
	request = appendField(request, 2, []byte(topic))
	return &request
}

// event is what a subscription receives: a heartbeat, or an item with a text.
type event struct {
	isHeartbeat bool
	sequence    uint64
	text        string
}

// parseEvent fails at whatever a subscription of these tests must not receive.
func parseEvent(from message) (event, error) {
	for number, content := range readFields(from) {
		switch number {
		case 1:
			fields := readFields(content.bytes)
			value := readFields(fields[2].bytes)
			return event{sequence: fields[1].number, text: string(value[1].bytes)}, nil
		case 3:
			return event{isHeartbeat: true}, nil
		}
	}
	return event{}, fmt.Errorf("neither an item nor a heartbeat: %x", []byte(from))
}

type field struct {
	number uint64
	bytes  []byte
}

// readFields holds the last field of each number. It is empty when the bytes are no message.
func readFields(from []byte) map[protowire.Number]field {
	fields := map[protowire.Number]field{}
	for len(from) > 0 {
		number, kind, tagBytes := protowire.ConsumeTag(from)
		if tagBytes < 0 {
			return nil
		}
		from = from[tagBytes:]
		var content field
		length := 0
		if kind == protowire.BytesType {
			content.bytes, length = protowire.ConsumeBytes(from)
		} else {
			content.number, length = protowire.ConsumeVarint(from)
		}
		if length < 0 {
			return nil
		}
		fields[number] = content
		from = from[length:]
	}
	return fields
}
