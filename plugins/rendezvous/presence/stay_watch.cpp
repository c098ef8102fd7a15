// SPDX-License-Identifier: Apache-2.0
// Who may stay, when rules change. Any loop, in slices.
#include "presence/stay_watch.hpp"

#include <algorithm>

#include "wire/abi.hpp"

namespace junctor::rendezvous {

namespace {

constexpr Duration kLook = std::chrono::milliseconds{500};
constexpr size_t kSlice = 256;  // questions at a time: some 300 us

}  // namespace

void StayWatch::start() {
  if (parts_.auth.empty()) return;
  seen_ = parts_.auth.changes();
  ticker_ = host_.every(kLook, [this] { look(); });
}

/// A change during a walk is seen when that has ended: it may have passed what the change is about.
void StayWatch::look() {
  const uint64_t changes = parts_.auth.changes();
  if (changes == seen_ || walking_.load(std::memory_order_relaxed) != 0) return;
  seen_ = changes;
  const uint32_t loops = host_.loops();
  walking_.store(2 * loops, std::memory_order_relaxed);
  for (uint32_t loop = 0; loop < loops; ++loop) {
    const jct_status shards = host_.post(loop, [this, loop] { walk_shard(loop); });
    const jct_status channels = host_.post(loop, [this] { walk_channels(0); });
    for (const jct_status status : {shards, channels}) {
      if (status != JCT_OK) walked();
    }
  }
}

void StayWatch::walk_shard(size_t shard) {
  if (shard >= Presence::kShards) return walked();
  walk_rows(shard, std::make_shared<const std::vector<Presence::Row>>(parts_.presence.present(shard, host_.now())), 0);
}

void StayWatch::walk_rows(size_t shard, const Rows& rows, size_t from) {
  const size_t end = std::min(rows->size(), from + kSlice);
  for (size_t i = from; i < end; ++i) ask((*rows)[i].sighting.channel, (*rows)[i].id, "");
  if (end == rows->size()) {
    host_.post(host_.current_loop(), [this, shard] { walk_shard(shard + host_.loops()); });
  } else {
    host_.post(host_.current_loop(), [this, shard, rows, end] { walk_rows(shard, rows, end); });
  }
}

/// Those that are a presence were asked about as one.
void StayWatch::walk_channels(size_t from) {
  struct One {
    jct_channel channel;
    std::string token;
  };
  std::vector<One> slice;  // an answer may end a connection, and change the table
  const bool more = parts_.signal.each_held(
      from, kSlice, [&](const jct_channel& channel, const std::string& id, const std::string& token) {
        if (id.empty()) slice.push_back({channel, token});
      });
  for (const One& one : slice) ask(one.channel, "", one.token);
  if (!more) return walked();
  host_.post(host_.current_loop(), [this, next = from + kSlice] { walk_channels(next); });
}

void StayWatch::ask(const jct_channel& channel, const std::string& id, const std::string& token) {
  jct_auth_request stay{};
  stay.size = sizeof stay;
  stay.kind = JCT_AUTH_STAY;
  stay.id = str(id);
  stay.address = channel.peer;
  stay.transport = channel.transport;
  stay.token = str(token);
  parts_.auth.check(stay, [this, channel, id](const Verdict& verdict) {
    if (!verdict.allowed) put_out(channel, id, verdict.reason);
  });
}

void StayWatch::put_out(const jct_channel& channel, const std::string& id, const std::string& rule) {
  parts_.traffic.refused(Refusal::kPutOut, channel, id, rule);
  if (id.empty()) {
    parts_.signal.close(channel);
  } else {
    parts_.admin.put_out(id);
  }
}

}  // namespace junctor::rendezvous
