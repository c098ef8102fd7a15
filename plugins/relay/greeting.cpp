// SPDX-License-Identifier: Apache-2.0
// The first message of a relay connection (protocol.md 6.5): a framed RequestRelay. Lives on the connection's loop.
#include "greeting.hpp"

#include <utility>

#include "wire/kinds.hpp"
#include "wire/message.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::relay {
namespace {

bool parse(std::string_view message, Request* request) {
  std::string joined;
  const auto peeled = wire::peel(message, joined);
  if (!peeled || peeled->kind != wire::kKindOf<hbb::RequestRelay>) return false;
  hbb::RequestRelay raw;
  if (!wire::parse_inner(peeled->inner, raw)) return false;
  if (raw.uuid().empty() || raw.uuid().size() > kMaxUuid) return false;
  request->uuid = std::move(*raw.mutable_uuid());
  request->id = std::move(*raw.mutable_id());
  request->licence_key = std::move(*raw.mutable_licence_key());
  request->token = std::move(*raw.mutable_token());
  request->conn_type = static_cast<uint32_t>(raw.conn_type());
  return true;
}

}  // namespace

Greeting::Status Greeting::feed(std::string_view data, size_t* consumed, Request* request) {
  std::string_view rest = data;
  std::string_view payload;
  const auto status = decoder_.next(rest, payload);
  *consumed = data.size() - rest.size();
  switch (status) {
    case wire::FrameDecoder::Status::kNeedMore:
      return Status::kNeedMore;
    case wire::FrameDecoder::Status::kFrame:
      return parse(payload, request) ? Status::kRequest : Status::kBadRequest;
    default:
      return Status::kTooLarge;
  }
}

}  // namespace junctor::relay
