// What is the same all over a face: its light, its mean colour, how dense its texels lie.
// The counterpart of `bake_plane` and `bake_colour` in shade.py; relative coordinates.

uniform sampler2D mean_colour;  // (texture, 0): mean of each texture, 0 to 255
uniform vec3 sun_tint;          // 0 to 1
uniform vec3 moon_tint;         // already times moonlight

out vec2 uv;
flat out vec2 repeats;          // blocks along u and v
flat out vec4 sky_light;        // colour of full sky light on this face; w: texels per pixel, metre
flat out vec3 tint;             // shade of the face times the colour of the quad
flat out vec3 mean;
flat out uvec4 face;            // brightness at the corners (sky, lamp); texture, crack; number

float daylight(float elevation) {
    float t = clamp((elevation + 0.18) * 2.2222222222222223, 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

// own: this corner; c0, c1, c3: corners 0, 1 and 3; size: blocks along u and v.  Texture lies along
// the edges c0 c1 and c0 c3, as in shade.py, so corner 2 of a face that narrows is not at (1, 1).
void bake(vec3 own, vec3 c0, vec3 c1, vec3 c3, vec2 size, vec3 shaded, uvec4 marks) {
    vec3 e = c1 - c0, f = c3 - c0;
    vec3 n = cross(e, f), middle = c0 + 0.5 * (e + f);
    float square = dot(n, n);
    float slant = abs(dot(n, middle)) * inversesqrt(max(1e-20, square * dot(middle, middle)));
    float texel = sqrt(sqrt(square) / (size.x * size.y));
    float density = 16.0 / (forward.w * texel * max(0.05, sqrt(slant)));
    vec3 place = eye.xyz + middle;
    float share = daylight(dot(place, sun.xyz) * inversesqrt(dot(place, place)));
    uv = vec2(dot(cross(f, n), own - c0), dot(cross(n, e), own - c0)) / max(1e-20, square);
    repeats = size;
    tint = shaded;
    sky_light = vec4((sun_tint * share * sun.w + moon_tint * (1.0 - share)) * shaded, density);
    mean = texelFetch(mean_colour, ivec2(int(marks.z & 255u), 0), 0).rgb;
    face = marks;
}
