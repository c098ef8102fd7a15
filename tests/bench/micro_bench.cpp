// SPDX-License-Identifier: Apache-2.0
#include "micro_bench.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "support/process.hpp"

namespace junctor::bench {
namespace {

constexpr testing::Millis kPatience{300'000};
constexpr const char* kRoutes = "route_find/500";
constexpr double kMostOfRoutes = 1000;  // ns

std::string program() { return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "micro").string(); }

Poco::JSON::Array::Ptr figures(const Options& options) {
  const double each = std::clamp(options.seconds / 5, 0.02, 1.0);
  const testing::Finished run =
      testing::run({program(), "--benchmark_format=json", "--benchmark_min_time=" + std::to_string(each),
                    "--benchmark_repetitions=" + std::to_string(options.rounds)},
                   kPatience);
  if (run.code != 0) throw std::runtime_error{"micro: " + run.err};
  return Poco::JSON::Parser{}.parse(run.out).extract<Poco::JSON::Object::Ptr>()->getArray("benchmarks");
}

}  // namespace

void micro(Place&, const Options& options, Report& report) {
  if (!std::filesystem::exists(program())) {
    std::fprintf(stderr, "micro: not built; it needs libbenchmark-dev\n");
    return;
  }
  const Poco::JSON::Array::Ptr all = figures(options);
  Row* row = nullptr;
  for (unsigned i = 0; i < all->size(); ++i) {
    const Poco::JSON::Object::Ptr one = all->getObject(i);
    if (one->getValue<std::string>("run_type") != "iteration") continue;
    const auto name = one->getValue<std::string>("run_name");
    if (row == nullptr || row->what != name) {
      row = &report.add({"micro", name, "junctor", "ns", nullptr, name == kRoutes ? kMostOfRoutes : 0});
    }
    row->rounds.push_back(one->getValue<double>("cpu_time"));
  }
}

}  // namespace junctor::bench
