// SPDX-License-Identifier: Apache-2.0
// What happens once the database answers: built-in rows, the first administrator, the devices of a stock server; tried
// again until it has. Home loop.
#pragma once

#include <functional>

#include "accounts/model/entities.hpp"
#include "accounts/site.hpp"

namespace junctor::accounts {

class Beginning {
 public:
  Beginning(Site& site, std::function<void()> done) : site_{site}, done_{std::move(done)} {}

  /// [control] in start.
  void start();
  void stop() { again_.cancel(); }

 private:
  void look();
  void make_admin();
  void store(const std::string& hash);
  void import_after(const std::string& last);
  void import_page(std::vector<Device> page, bool more);
  void later(const std::string& why);

  Site& site_;
  std::function<void()> done_;
  Timer again_;
};

}  // namespace junctor::accounts
