// SPDX-License-Identifier: Apache-2.0
// The shared contract on the maps, and their bounds.
#include "storage_memory/memory_store.hpp"

#include "storage_memory/store_contract.hpp"

namespace junctor::storage {
namespace {

class Memory {
 public:
  MemoryStore& store() { return store_; }
  TestCourier& courier() { return courier_; }

 private:
  TestCourier courier_;
  MemoryStore store_{courier_, {100'000, 100'000}, [] { return static_cast<int64_t>(std::time(nullptr)); }};
};

JUNCTOR_STORE_CONTRACT(Memory);

TEST_CASE("a put beyond the bound is refused and counted, one of a known peer is not") {
  TestCourier courier;
  MemoryStore store{courier, {2, 1}, [] { return int64_t{1}; }};
  Asker ask{store, courier};

  CHECK(ask.put(peer("111111111")) == Status::kOk);
  CHECK(ask.put(peer("222222222")) == Status::kOk);
  CHECK(ask.put(peer("333333333")) == Status::kLimit);
  CHECK(ask.put(peer("222222222", "other")) == Status::kOk);
  CHECK(ask.rename("222222222", "444444444", "other") == Status::kOk);
  CHECK(ask.put_value("s", "a", "") == Status::kOk);
  CHECK(ask.put_value("s", "b", "") == Status::kLimit);
  CHECK(store.refused() == 2);
  CHECK(store.peers() == 2);
  CHECK(store.values() == 1);

  store.set_limits({3, 1});
  CHECK(ask.put(peer("333333333")) == Status::kOk);
}

}  // namespace
}  // namespace junctor::storage
