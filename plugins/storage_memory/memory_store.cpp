// SPDX-License-Identifier: Apache-2.0
// The maps behind storage_memory. Any thread.
#include "storage_memory/memory_store.hpp"

#include <algorithm>

namespace junctor::storage {

struct MemoryStore::Data {
  Data(Courier& c, Limits l) : courier{c}, limits{l} {}

  Courier& courier;
  mutable std::mutex mutex;
  Limits limits;
  std::map<std::string, Peer> peers;
  std::map<Key, std::string> values;
};

MemoryStore::MemoryStore(Courier& courier, Limits limits, std::function<int64_t()> seconds_now)
    : data_{std::make_shared<Data>(courier, limits)}, courier_{courier}, seconds_now_{std::move(seconds_now)} {}

MemoryStore::~MemoryStore() = default;

void MemoryStore::answer(Loop loop, WriteDone done, Status status) {
  courier_.deliver(loop, [done = std::move(done), status] { done(status); });
}

Status MemoryStore::within(bool allowed) {
  if (allowed) return Status::kOk;
  refused_.fetch_add(1, std::memory_order_relaxed);
  return Status::kLimit;
}

void MemoryStore::peer_get(std::string id, Loop loop, PeerDone done) {
  std::shared_ptr<const Peer> found;
  if (valid_id(id)) {
    const std::lock_guard lock{data_->mutex};
    const auto at = data_->peers.find(id);
    if (at != data_->peers.end()) found = std::make_shared<Peer>(at->second);
  }
  const Status status = !valid_id(id) ? Status::kBadArgument : found ? Status::kOk : Status::kNotFound;
  courier_.deliver(loop, [done = std::move(done), found, status] { done(status, found.get()); });
}

Status MemoryStore::store(Peer peer) {
  const std::lock_guard lock{data_->mutex};
  const auto at = data_->peers.find(peer.id);
  const bool known = at != data_->peers.end();
  const Status room = within(known || data_->peers.size() < data_->limits.peers);
  if (room != Status::kOk) return room;
  if (peer.created_at == 0) peer.created_at = known ? at->second.created_at : seconds_now_();
  std::string id = peer.id;
  data_->peers.insert_or_assign(std::move(id), std::move(peer));
  return Status::kOk;
}

void MemoryStore::peer_put(Peer peer, Loop loop, WriteDone done) {
  const Status status = valid_peer(peer) ? store(std::move(peer)) : Status::kBadArgument;
  answer(loop, std::move(done), status);
}

Status MemoryStore::rename(const std::string& old_id, const std::string& new_id, const std::string& uuid) {
  const std::lock_guard lock{data_->mutex};
  const auto at = data_->peers.find(old_id);
  if (at == data_->peers.end()) return Status::kNotFound;
  if (at->second.uuid != uuid) return Status::kMismatch;
  if (old_id == new_id) return Status::kOk;
  if (data_->peers.contains(new_id)) return Status::kExists;
  auto node = data_->peers.extract(at);
  node.key() = new_id;
  node.mapped().id = new_id;
  data_->peers.insert(std::move(node));
  return Status::kOk;
}

void MemoryStore::peer_rename(std::string old_id, std::string new_id, std::string uuid, Loop loop, WriteDone done) {
  const bool valid = valid_id(old_id) && valid_id(new_id);
  answer(loop, std::move(done), valid ? rename(old_id, new_id, uuid) : Status::kBadArgument);
}

void MemoryStore::peer_remove(std::string id, Loop loop, WriteDone done) {
  size_t removed = 0;
  {
    const std::lock_guard lock{data_->mutex};
    removed = data_->peers.erase(id);
  }
  const Status status = !valid_id(id) ? Status::kBadArgument : removed == 1 ? Status::kOk : Status::kNotFound;
  answer(loop, std::move(done), status);
}

std::vector<Peer> MemoryStore::peer_page(Data& data, const std::string& after, uint64_t limit) {
  std::vector<Peer> page;
  const std::lock_guard lock{data.mutex};
  size_t size = 0;
  for (auto at = data.peers.upper_bound(after); at != data.peers.end() && page.size() < limit; ++at) {
    page.push_back(at->second);
    if ((size += bytes_of(at->second)) >= kScanPageBytes) break;
  }
  return page;
}

void MemoryStore::scan_peers(const std::shared_ptr<Data>& data, std::string after, uint64_t limit, Loop loop,
                             PeerScan scan) {
  data->courier.deliver(loop, [data, after = std::move(after), limit, loop, scan = std::move(scan)]() mutable {
    const std::vector<Peer> page = peer_page(*data, after, std::min<uint64_t>(limit, kScanPage));
    for (const Peer& peer : page) {
      if (!scan.row(peer)) return scan.end(Status::kOk);
    }
    if (page.empty() || page.size() == limit) return scan.end(Status::kOk);
    scan_peers(data, page.back().id, limit - page.size(), loop, std::move(scan));
  });
}

void MemoryStore::peer_scan(std::string after, uint64_t limit, Loop loop, PeerScan scan) {
  scan_peers(data_, std::move(after), limit, loop, std::move(scan));
}

void MemoryStore::value_get(std::string space, std::string key, Loop loop, ValueDone done) {
  std::shared_ptr<const std::string> found;
  const bool valid = valid_key(space, key);
  if (valid) {
    const std::lock_guard lock{data_->mutex};
    const auto at = data_->values.find({std::move(space), std::move(key)});
    if (at != data_->values.end()) found = std::make_shared<std::string>(at->second);
  }
  const Status status = !valid ? Status::kBadArgument : found ? Status::kOk : Status::kNotFound;
  courier_.deliver(loop, [done = std::move(done), found, status] {
    done(status, found ? std::string_view{*found} : std::string_view{});
  });
}

Status MemoryStore::store_value(Key key, std::string value) {
  const std::lock_guard lock{data_->mutex};
  const Status room = within(data_->values.contains(key) || data_->values.size() < data_->limits.values);
  if (room == Status::kOk) data_->values.insert_or_assign(std::move(key), std::move(value));
  return room;
}

void MemoryStore::value_put(std::string space, std::string key, std::string value, Loop loop, WriteDone done) {
  const bool valid = valid_key(space, key) && value.size() <= kMaxValue;
  const Status status =
      valid ? store_value({std::move(space), std::move(key)}, std::move(value)) : Status::kBadArgument;
  answer(loop, std::move(done), status);
}

void MemoryStore::value_remove(std::string space, std::string key, Loop loop, WriteDone done) {
  const bool valid = valid_key(space, key);
  size_t removed = 0;
  {
    const std::lock_guard lock{data_->mutex};
    removed = data_->values.erase({std::move(space), std::move(key)});
  }
  answer(loop, std::move(done), !valid ? Status::kBadArgument : removed == 1 ? Status::kOk : Status::kNotFound);
}

MemoryStore::ValuePage MemoryStore::value_page(Data& data, const std::string& space, const std::string& after,
                                               uint64_t limit) {
  ValuePage page;
  const std::lock_guard lock{data.mutex};
  size_t size = 0;
  for (auto at = data.values.upper_bound({space, after});
       at != data.values.end() && at->first.first == space && page.size() < limit; ++at) {
    page.emplace_back(at->first.second, at->second);
    if ((size += at->first.second.size() + at->second.size()) >= kScanPageBytes) break;
  }
  return page;
}

void MemoryStore::scan_values(const std::shared_ptr<Data>& data, std::string space, std::string after, uint64_t limit,
                              Loop loop, ValueScan scan) {
  data->courier.deliver(
      loop, [data, space = std::move(space), after = std::move(after), limit, loop, scan = std::move(scan)]() mutable {
        const ValuePage page = value_page(*data, space, after, std::min<uint64_t>(limit, kScanPage));
        for (const auto& [key, value] : page) {
          if (!scan.row(key, value)) return scan.end(Status::kOk);
        }
        if (page.empty() || page.size() == limit) return scan.end(Status::kOk);
        scan_values(data, std::move(space), page.back().first, limit - page.size(), loop, std::move(scan));
      });
}

void MemoryStore::value_scan(std::string space, std::string after, uint64_t limit, Loop loop, ValueScan scan) {
  scan_values(data_, std::move(space), std::move(after), limit, loop, std::move(scan));
}

void MemoryStore::set_limits(Limits limits) {
  const std::lock_guard lock{data_->mutex};
  data_->limits = limits;
}

size_t MemoryStore::peers() const {
  const std::lock_guard lock{data_->mutex};
  return data_->peers.size();
}

size_t MemoryStore::values() const {
  const std::lock_guard lock{data_->mutex};
  return data_->values.size();
}

}  // namespace junctor::storage
