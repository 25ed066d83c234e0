// A rectangle of pixels of the atlas: the sky of a tile, or a star.  Vertex 4 s + k is corner k of
// record s.
//
// Record (one texel of `data`): x and y of its upper left pixel in the atlas (16 bits each), its
// width and height (16 bits each), the row of `skies`, and its own brightness, 0 to 255.

uniform usampler2D data;
uniform vec2 atlas;             // width and height in pixels
uniform int first;              // texel of the first record

uvec4 record_here() {
    int index = first + (gl_VertexID >> 2);
    return texelFetch(data, ivec2(index & 2047, index >> 11), 0);
}

vec2 corner_here() {
    int k = gl_VertexID & 3;
    return vec2((k == 1 || k == 2) ? 1.0 : 0.0, float(k >> 1));
}

// At the far end of the range of depth.
vec4 on_screen(uvec4 record) {
    vec2 least = vec2(record.x & 65535u, record.x >> 16);
    vec2 extent = vec2(record.y & 65535u, record.y >> 16);
    return vec4((least + corner_here() * extent) / atlas * 2.0 - 1.0, 1.0, 1.0);
}
