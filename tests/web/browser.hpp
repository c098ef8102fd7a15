// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium, headless, on one page of tests/web/. One thread.
#pragma once

#include <Poco/JSON/Object.h>

#include <memory>
#include <string>

#include "support/certificate.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace junctor::web {

inline constexpr const char* kChromium = "/usr/bin/chromium";

class Browser {
 public:
  /// Opens `url`. rd.example.org:443 is `port` of this host and every other name unknown, so nothing leaves it; of
  /// certificates that no authority has signed, `pair`'s alone is taken.
  Browser(const std::string& url, uint16_t port, const testing::Certificate& pair);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// What the page writes to its console: "result {...}". Throws with the browser's own words where it does not.
  Poco::JSON::Object::Ptr result();

 private:
  std::string log() const { return testing::read_file(dir_.file("log")); }

  testing::TempDir dir_;
  std::unique_ptr<testing::Process> process_;
};

}  // namespace junctor::web
