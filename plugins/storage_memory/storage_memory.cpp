// SPDX-License-Identifier: Apache-2.0
// The plugin storage_memory: storage/1 in memory, for tests and throw-away sites. Wiring; any loop may ask.
#include <junctor/plugin.hpp>

#include "storage_memory/memory_store.hpp"
#include "storage_memory/service_table.hpp"

namespace junctor::storage {
namespace {

constexpr auto kMaxPeers =
    opt::count("max_peers", "100000").live().help("peers that are kept; a new one beyond is refused");
constexpr auto kMaxValues =
    opt::count("max_values", "100000").live().help("values that other plugins may keep; a new one beyond is refused");

MemoryStore::Limits read_limits(const Config& config) {
  return {static_cast<size_t>(config[kMaxPeers]), static_cast<size_t>(config[kMaxValues])};
}

class MemoryPlugin {
 public:
  static constexpr auto kOptions = options(kMaxPeers, kMaxValues);

  MemoryPlugin(Host& host, const Config& config)
      : host_{host}, courier_{host}, store_{courier_, read_limits(config), [&host] { return seconds(host); }} {
    provide_storage(host, store_);
  }

  void start() {
    host_.warning("storage.volatile",
                  {{"hint", "peers are forgotten when the server ends; storage_sqlite keeps them"}});
  }
  void reload(const Config& config) { store_.set_limits(read_limits(config)); }

 private:
  static int64_t seconds(const Host& host) { return static_cast<int64_t>(host.wall() / 1'000'000); }

  Host& host_;
  HostCourier courier_;
  MemoryStore store_;
};

}  // namespace
}  // namespace junctor::storage

JUNCTOR_PLUGIN(junctor::storage::MemoryPlugin, "storage_memory", "peers and values in memory", provides("storage/1"))
