// SPDX-License-Identifier: Apache-2.0
// What a site has before anybody has made anything: built-in rows, and the first administrator. Tried again until the
// database has stored them. Home loop.
#pragma once

#include <functional>

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
  void later(const std::string& why);

  Site& site_;
  std::function<void()> done_;
  Timer again_;
};

}  // namespace junctor::accounts
