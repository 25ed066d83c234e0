// What a pixel need not work out for itself: all that is the same all over a face, or linear on it.
// The counterpart of baking.py, in relative coordinates.

uniform sampler2D mean_colour;  // (texture, 0): mean of each texture, 0 to 1
uniform vec3 sun_tint;          // 0 to 1
uniform vec3 moon_tint;         // already times moonlight
uniform vec3 lamp_tint;         // 0 to 1
uniform float ambient;
uniform vec2 opacity;           // of water and of glass
uniform uint water;             // number of the water block

#ifdef PLAIN
out vec4 paint;                 // colour of this corner, fog included, 0 to 1
#else
out vec4 place;                 // blocks along u and v; haze and share of texture, not yet clamped
flat out vec4 light;            // light at corner 0; w: texture
flat out vec4 light_u;          // what it gains in a block along u; w: texels below it are cracked
flat out vec4 light_v;          // what it gains in a block along v; w: opacity
flat out vec3 light_uv;
flat out vec3 mean;             // 0 to 1
#endif
#ifdef NUMBERS
flat out uint number;           // for segmentation
#endif

float daylight(float elevation) {
    float t = clamp((elevation + 0.18) * 2.2222222222222223, 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

vec4 bytes(uint word) {
    return vec4(word & 255u, (word >> 8) & 255u, (word >> 16) & 255u, word >> 24) * (1.0 / 255.0);
}

vec3 from_sky(vec3 place) {
    float share = daylight(dot(place, sun.xyz) * inversesqrt(dot(place, place)));
    return sun_tint * share * sun.w + moon_tint * (1.0 - share);
}

float haze_at(vec3 own) {
    return (length(own) - fog.x) * fog.y;
}

// own: this corner; marks: brightness at the corners (sky, lamp); texture, crack << 8; number.
#ifdef PLAIN
void bake(vec3 own, vec3 tint, uvec4 marks) {
    int k = gl_VertexID & 3;
    float sky = bytes(marks.x)[k], lamp = bytes(marks.y)[k], haze = clamp(haze_at(own), 0.0, 1.0);
    vec3 light = min((sky * from_sky(eye.xyz + own) + lamp * lamp_tint + ambient) * tint, 1.0);
    vec3 mean = texelFetch(mean_colour, ivec2(int(marks.z & 255u), 0), 0).rgb;
    paint = vec4(mix(mean * light, fog_colour.rgb, haze * haze), 1.0);
#ifdef NUMBERS
    number = marks.w;
#endif
}
#else
// The bilinear function with these values at corners 0 to 3: constant, u, v, uv.
vec4 bilinear(vec4 c) {
    return vec4(c.x, c.y - c.x, c.w - c.x, c.x - c.y + c.z - c.w);
}

// c0, c1, c3: corners 0, 1 and 3; size: blocks along u and v.  Texture lies along the edges c0 c1
// and c0 c3, as in baking.py, so corner 2 of a face that narrows is not at (1, 1).
void bake(vec3 own, vec3 c0, vec3 c1, vec3 c3, vec2 size, vec3 tint, uvec4 marks) {
    vec3 e = c1 - c0, f = c3 - c0, n = cross(e, f), middle = c0 + 0.5 * (e + f);
    float square = max(1e-20, dot(n, n));
    float slant = abs(dot(n, middle)) * inversesqrt(square * dot(middle, middle));
    float texel = sqrt(sqrt(square) / (size.x * size.y));
    float density = 16.0 / (forward.w * texel * max(0.05, sqrt(slant)));
    vec2 uv = vec2(dot(cross(f, n), own - c0), dot(cross(n, e), own - c0)) / square;
    // A little within the face, so that no pixel reads the texel beyond its edge.
    place.xy = (clamp(uv, 0.0, 1.0) * 0.9999 + 0.00005) * size;
    place.zw = vec2(haze_at(own), 2.0 - dot(own, forward.xyz) * density);
    vec4 scale = vec4(1.0, 1.0 / size.x, 1.0 / size.y, 1.0 / (size.x * size.y));
    vec4 sky = bilinear(bytes(marks.x)) * scale, lamp = bilinear(bytes(marks.y)) * scale;
    vec3 sky_tint = from_sky(eye.xyz + middle);
    light.rgb = (sky.x * sky_tint + lamp.x * lamp_tint + ambient) * tint;
    light_u.rgb = (sky.y * sky_tint + lamp.y * lamp_tint) * tint;
    light_v.rgb = (sky.z * sky_tint + lamp.z * lamp_tint) * tint;
    light_uv = (sky.w * sky_tint + lamp.w * lamp_tint) * tint;
    light.w = float(marks.z & 255u);
    light_u.w = (float(marks.z >> 8) - 0.5) / 255.0;
    light_v.w = marks.w == water ? opacity.x : opacity.y;
    mean = texelFetch(mean_colour, ivec2(int(marks.z & 255u), 0), 0).rgb;
#ifdef NUMBERS
    number = marks.w;
#endif
}
#endif
