// SPDX-License-Identifier: Apache-2.0
// Devices that storage has from before there were accounts, a stock server's above all: they get a row each, once in a
// site's life, so that they are listed, known by their heartbeats, and never locked out. Page by page beside all else;
// goes on where it was after a restart. Home loop.
#pragma once

#include <junctor/plugin.hpp>
#include <junctor/services.hpp>

#include <optional>
#include <string>
#include <vector>

#include "accounts/model/entities.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

class StoredPeers {
 public:
  /// [control] Both outlive it.
  StoredPeers(Host& host, const Store& store)
      : host_{host}, store_{store}, storage_{Service<jct_storage_service>::optional(host, JCT_STORAGE_SERVICE)} {}

  /// [home] Once the built-in rows are there.
  void start();
  void stop() { again_.cancel(); }

 private:
  struct Page;
  void scan(const std::string& after);
  void take(const std::string& after, std::vector<Device> peers);
  void finish();
  void later(const std::string& after);

  Host& host_;
  const Store& store_;
  const std::optional<Service<jct_storage_service>> storage_;
  size_t taken_ = 0;
  Timer again_;
};

}  // namespace junctor::accounts
