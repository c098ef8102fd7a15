// SPDX-License-Identifier: Apache-2.0
// Writes the admin API's OpenAPI document to a file, at build time: the console's client is generated from it.
#include <fstream>
#include <iostream>

#include "openapi.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " VERSION FILE\n";
    return 2;
  }
  std::ofstream out{argv[2], std::ios::trunc};
  out << junctor::accounts::admin::openapi(junctor::accounts::admin::Contract{}, argv[1]) << '\n';
  out.close();
  if (out) return 0;
  std::cerr << "cannot write " << argv[2] << '\n';
  return 1;
}
