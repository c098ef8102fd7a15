// SPDX-License-Identifier: Apache-2.0
// Peers and values in two ordered maps: for tests and throw-away sites. Any thread; a mutex is held for the map access
// and never across an answer.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "storage_memory/store.hpp"

namespace junctor::storage {

class MemoryStore : public Store {
 public:
  /// The maps are fed by the network, so both are bounded: a put beyond answers kLimit. 0: none may be stored.
  struct Limits {
    size_t peers;
    size_t values;
  };

  /// `seconds_now` gives the wall clock for created_at. The courier outlives the store.
  MemoryStore(Courier& courier, Limits limits, std::function<int64_t()> seconds_now);
  ~MemoryStore() override;

  void peer_get(std::string id, Loop loop, PeerDone done) override;
  void peer_put(Peer peer, Loop loop, WriteDone done) override;
  void peer_rename(std::string old_id, std::string new_id, std::string uuid, Loop loop, WriteDone done) override;
  void peer_remove(std::string id, Loop loop, WriteDone done) override;
  void peer_scan(std::string after, uint64_t limit, Loop loop, PeerScan scan) override;
  void value_get(std::string space, std::string key, Loop loop, ValueDone done) override;
  void value_put(std::string space, std::string key, std::string value, Loop loop, WriteDone done) override;
  void value_remove(std::string space, std::string key, Loop loop, WriteDone done) override;
  void value_scan(std::string space, std::string after, uint64_t limit, Loop loop, ValueScan scan) override;

  /// What is stored beyond a lowered limit stays.
  void set_limits(Limits limits);
  size_t peers() const;
  size_t values() const;
  /// Puts refused by a limit since the beginning.
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  struct Data;
  using Key = std::pair<std::string, std::string>;
  using ValuePage = std::vector<std::pair<std::string, std::string>>;

  Status store(Peer peer);
  Status rename(const std::string& old_id, const std::string& new_id, const std::string& uuid);
  Status store_value(Key key, std::string value);
  Status within(bool allowed);
  void answer(Loop loop, WriteDone done, Status status);

  static std::vector<Peer> peer_page(Data& data, const std::string& after, uint64_t limit);
  static ValuePage value_page(Data& data, const std::string& space, const std::string& after, uint64_t limit);
  static void scan_peers(const std::shared_ptr<Data>& data, std::string after, uint64_t limit, Loop loop,
                         PeerScan scan);
  static void scan_values(const std::shared_ptr<Data>& data, std::string space, std::string after, uint64_t limit,
                          Loop loop, ValueScan scan);

  std::shared_ptr<Data> data_;  // shared with the pages of running scans, which may outlive the store
  Courier& courier_;
  std::function<int64_t()> seconds_now_;
  std::atomic<uint64_t> refused_{0};
};

}  // namespace junctor::storage
