// SPDX-License-Identifier: Apache-2.0
// Ids on trial, with what storage knows of them: which are over is removed, as is told and counted. Any thread where no
// tag says otherwise.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "junctor/services.hpp"
#include "presence/peers_admin.hpp"
#include "registration/fresh_ids.hpp"

namespace junctor::rendezvous {

class FreshDesk {
 public:
  FreshDesk(const Host& host, std::string space, const Storage& storage, const Presence& presence, PeersAdmin& admin);

  /// [control] [home]
  void configure(size_t capacity, Duration keep);
  /// [control]
  void start();
  void stop() { ticker_.cancel(); }

  /// May one more come on trial?
  bool has_room();
  /// A registration was confirmed: as new, and from an address that receives or not.
  void registered(std::string_view id, bool is_new, bool receives);
  /// Its address has shown that it receives.
  void settle(const std::string& id);
  size_t size() const { return ids_.size(); }
  size_t capacity() const { return ids_.capacity(); }

 private:
  int64_t now() const { return static_cast<int64_t>(host_.wall() / 1'000'000); }
  void load(const std::string& after);
  void tidy();
  void remove(const std::string& id);
  bool came_back(const std::string& id, const Sighting& seen) const;

  const Host& host_;
  const std::string space_;
  const Storage& storage_;
  const Presence& presence_;
  PeersAdmin& admin_;
  FreshIds ids_;
  std::atomic<int64_t> keep_s_{0};
  Metric removed_;
  Timer ticker_, again_;
};

}  // namespace junctor::rendezvous
