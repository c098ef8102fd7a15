// SPDX-License-Identifier: Apache-2.0
// The plugin that sdk/README.md shows, whole: what stands there is cut from here (share/doc/check sees to it).
#include "junctor/plugin.hpp"

constexpr auto kGreeting = junctor::opt::text("greeting", "hello").live().help("what clients are told");
constexpr auto kListen = junctor::opt::listener("listen", ":P+10").help("where clients connect");

class Hello {
 public:
  static constexpr auto kOptions = junctor::options(kGreeting, kListen);

  Hello(junctor::Host& host, const junctor::Config& config) : host_{host}, greeting_{config[kGreeting]} {}
  void start() {
    listener_ = junctor::Listener{host_, kListen, [this](junctor::Stream stream, const jct_conn_info&) {
                                    stream.send(greeting_ + "\n");
                                  }};  // not attached: closed when this returns, after what was sent
  }
  void reload(const junctor::Config& config) { greeting_ = config[kGreeting]; }

 private:
  junctor::Host& host_;
  std::string greeting_;
  junctor::Listener listener_;
};

JUNCTOR_PLUGIN(Hello, "hello", "greets whoever connects")
