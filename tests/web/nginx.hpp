// SPDX-License-Identifier: Apache-2.0
// Debian's nginx in front of a site, as the sample that ships configures it. One thread.
#pragma once

#include <memory>
#include <string>

#include "site.hpp"
#include "support/certificate.hpp"

namespace junctor::web {

inline constexpr const char* kNginx = "/usr/sbin/nginx";

class Nginx {
 public:
  /// Starts it, in a directory and on ports of its own. Of the sample nothing is changed but its ports, the
  /// certificate's path and the `pages` that it serves. Throws with nginx's own words where it does not start.
  Nginx(const site::Site& site, const testing::Certificate& pair, const std::string& pages);
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  uint16_t https() const { return ports_.base(); }
  uint16_t http() const { return static_cast<uint16_t>(ports_.base() + 1); }
  /// `nginx -s reload`. Returns once new workers serve and the old ones have only what was open; false where they do
  /// not come to it.
  bool reload();

 private:
  std::string log() const { return testing::read_file(dir_.file("error.log")); }
  void write_configuration(const site::Site& site, const testing::Certificate& pair, const std::string& pages) const;

  testing::TempDir dir_;
  testing::PortBlock ports_;
  std::unique_ptr<testing::Process> process_;
};

}  // namespace junctor::web
