// SPDX-License-Identifier: Apache-2.0
// The guide's third plugin: two routes and a page. sdk/README.md is cut from here.
#include <atomic>
#include <string>

#include "junctor/http.hpp"
#include "junctor/plugin.hpp"

namespace http = junctor::http;

constexpr auto kSite = junctor::opt::text("site", "this site").help("what the page calls it");

class Greeter {
 public:
  static constexpr auto kOptions = junctor::options(kSite);

  Greeter(junctor::Host& host, const junctor::Config& config) : site_{config[kSite]}, http_{host, config} {}

  void start() {
    http_.get("/greeter", [this](http::Exchange exchange) { exchange.answer(http::html(page())); });
    http_.get("/greeter/api/greeted", [this](http::Exchange exchange) {
      exchange.answer(http::json("{\"greeted\":" + std::to_string(greeted_.load()) + "}"));
    });
    http_.post("/greeter/api/people/{name}", [this](http::Exchange exchange) { greet(exchange); }, {.body_max = 1024});
  }
  void drain(junctor::Done done) { http_.drain(done); }
  void stop() { http_.close(); }

 private:
  /// Handlers run on every worker loop, so what they share is atomic.
  void greet(const http::Exchange& exchange) {
    if (exchange.param("name").size() > 40) return void(exchange.answer(http::error("a shorter name, please")));
    ++greeted_;
    exchange.answer(http::json("{\"hello\":" + http::json_string(exchange.param("name")) + "}"));
  }
  std::string page() const { return "<!doctype html><title>" + site_ + "</title><h1>Welcome to " + site_ + "</h1>"; }

  std::string site_;
  std::atomic<int> greeted_{0};
  http::Server http_;
};

JUNCTOR_PLUGIN(Greeter, "greeter", "says hello over HTTP", needs("http/1"), parallel())
