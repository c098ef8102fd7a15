// SPDX-License-Identifier: Apache-2.0
// The first start on a site that has served before: each peer that is registered becomes a device, active and
// unassigned, so that nobody is locked out. Once in the database's life. Home loop.
#pragma once

#include <junctor/services.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "accounts/store/devices.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

class PeerImport {
 public:
  struct Limits {
    uint64_t page = 5000;
  };
  /// Nothing to import where there is no storage/1.
  PeerImport(const Host& host, const Store& store, Limits limits)
      : host_{host},
        store_{store},
        limits_{limits},
        storage_{Service<jct_storage_service>::optional(host, JCT_STORAGE_SERVICE)} {}

  /// [home] done(refusal): empty where all is there, now or before; `imported`: how many came in.
  void run(std::function<void(const std::string& refusal, size_t imported)> done);

 private:
  struct Page {
    std::vector<Device> devices;
    std::string last;
  };
  using Done = std::function<void(const std::string&, size_t)>;

  void page(const std::string& after, size_t imported, const Done& done);
  void keep(const std::shared_ptr<Page>& page, size_t imported, const Done& done);

  const Host& host_;
  const Store& store_;
  const Limits limits_;
  std::optional<Service<jct_storage_service>> storage_;
};

}  // namespace junctor::accounts
