// SPDX-License-Identifier: Apache-2.0
// nat_peer: one client as a process of its own, following the clients' rules of protocol.md 6.4 and 6.5.
//   nat_peer controlled  SERVER KEY ID BYTES [sessions=N]   registers, serves N sessions
//   nat_peer controlling SERVER KEY ID BYTES [udp] [v6]     asks for ID
// B prints `registered` and the way of each session, A its way and the milliseconds until then; both end with `ok`. On
// a fault they print its text, and the exit code is 1.
#include <cstdlib>
#include <iostream>

#include "controlled.hpp"
#include "controlling.hpp"

int main(int argc, char** argv) {
  using namespace junctor::nat;
  try {
    const Arguments arguments = Arguments::parse({argv + 1, argv + argc});
    if (arguments.role == "controlled") {
      Controlled{arguments}.run();
    } else {
      Controlling a{arguments};
      a.run();
      say("ok");
      std::_Exit(0);  // ways that were not taken are still being tried
    }
  } catch (const std::exception& e) {
    std::cout << e.what() << std::endl;
    std::_Exit(1);
  }
}
